// Events that many read and nobody waits for: the latest of them are kept in bounded memory, each reader goes on from
// the id that it saw last (WHATWG HTML section 9.2, Last-Event-ID), and one that lacks what is kept no more is told.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace weir::wire {

class EventFeed {
 public:
  /// `most_bytes` of events are kept, and the latest one whatever its size.
  explicit EventFeed(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Ids count from 1. `data` is one line.
  void publish(std::string_view type, std::string_view data);
  /// No event comes any more.
  void finish();
  std::uint64_t latest() const;

  /// What a stream begins with: how long to wait before asking again, in milliseconds.
  static std::string greeting(std::uint64_t retry_ms);
  /// Of whoever went on from an id that is older than what is kept, or that this feed never gave.
  static constexpr std::string_view kMissed = "missed";

  struct Piece {
    std::string bytes;        ///< Of the stream; empty: nothing has come.
    std::uint64_t after = 0;  ///< The id that it brings the reader to.
    bool last = false;        ///< Nothing comes after it.
  };
  /// What comes after the event `after`.
  Piece next(std::uint64_t after) const;

 private:
  std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::deque<std::string> kept_;  ///< The last of them has the id latest_.
  std::size_t bytes_ = 0;
  std::uint64_t latest_ = 0;
  bool finished_ = false;
};

}  // namespace weir::wire
