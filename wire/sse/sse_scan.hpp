// Server-sent events for streams held by the thousand: the same events as SseDecoder (WHATWG HTML section 9.2.6), as
// views that live until the call returns, without a string or an allocation per event and with eight bytes of state per
// stream. An event that lies whole in one read, with one line of data, is handed out where it lies. What lies
// unfinished between two reads goes into a buffer lent by a SseCarries, which all scans of a thread share.
//
// Apart from SseDecoder: bytes that are no UTF-8 are handed out as they came, and nothing is said of oddities.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/limits.hpp"

namespace weir::wire {

struct SseEventView {
  std::string_view type;  ///< Empty where there was no `event` field: "message".
  std::string_view data;  ///< Lines joined by LF.
  std::string_view id;    ///< Of this very event; see has_id.
  bool has_id = false;
};

/// Buffers for unfinished lines and events, and for the joined lines of events; as many as streams are cut mid-event
/// right now. Freed buffers are kept for reuse up to limits::kLoadSpareBytes.
class SseCarries {
 public:
  explicit SseCarries(std::size_t most_bytes = limits::kLoadCarryBytes);
  SseCarries(const SseCarries&) = delete;
  SseCarries& operator=(const SseCarries&) = delete;
  ~SseCarries();
  std::size_t lent() const;
  std::size_t bytes() const;  ///< Heap bytes of all buffers, lent and spare.

 private:
  friend class SseScan;
  struct Carry;
  std::uint32_t lend();
  void give_back(std::uint32_t carry);
  Carry& at(std::uint32_t carry) { return *carries_[carry - 1]; }
  /// Whether a stream may keep what is in its buffer: all of them together are bounded, and whoever has more than
  /// limits::kLoadCarryShare makes room.
  bool bears(std::uint32_t carry);

  std::size_t most_bytes_;
  std::vector<std::unique_ptr<Carry>> carries_;  // By index, counted from 1; they never move.
  std::vector<std::uint32_t> spare_;
  std::size_t spare_bytes_ = 0;
  std::size_t used_bytes_ = 0;  // Of lent buffers, as of the last bears() for each.
};

/// What a scan hands out; only the functions that matter are overridden. Order is the stream's.
class SseSink {
 public:
  virtual void event(const SseEventView& event) = 0;
  virtual void comment(std::string_view) {}
  virtual void retry(std::uint64_t /*milliseconds*/) {}
  /// An id that came without data, so without an event: a reconnect sends it all the same.
  virtual void id_alone(std::string_view) {}

 protected:
  ~SseSink() = default;
};

class SseScan {
 public:
  /// False, for good, when a line or the data of an event went beyond limits::kLoadEventBytes, or unfinished events of
  /// all streams beyond limits::kLoadCarryBytes: the stream is not worth reading on. The sink may use other scans of
  /// the same carries, not this one.
  bool feed(std::string_view bytes, SseCarries& carries, SseSink& sink);
  /// The stream is gone: gives its buffer back. To be called before the scan is dropped.
  void release(SseCarries& carries);
  bool holds_buffer() const { return carry_ != 0; }

 private:
  enum Flag : std::uint8_t { kAfterCr = 1, kPastFirstLine = 2, kFailed = 4 };
  struct Block;
  class Feed;

  std::uint32_t carry_ = 0;  // Of the lent buffer; 0: none.
  std::uint8_t flags_ = 0;
};
static_assert(sizeof(SseScan) == 8);

}  // namespace weir::wire
