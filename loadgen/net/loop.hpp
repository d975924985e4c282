// The event loop of a worker: one epoll set, one thread, level-triggered. What is watched is named by a kind and a slot
// in eight bytes, so that nothing is allocated for a descriptor.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "wire/base/error.hpp"

namespace weir::loadgen {

/// Who handles the readiness of a descriptor.
enum class Kind : std::uint8_t { control, exchange, stream };
inline constexpr std::size_t kKinds = 3;

class Ready {
 public:
  /// `events` are epoll's. The slot may have been given to somebody else by an earlier handler of the same round only
  /// if its descriptor was closed: the loop drops what it got for descriptors forgotten in this round.
  virtual void ready(std::uint32_t slot, std::uint32_t events) = 0;

 protected:
  ~Ready() = default;
};

/// Monotonic nanoseconds (CLOCK_MONOTONIC) and wall-clock nanoseconds (CLOCK_REALTIME), read from the vDSO.
std::int64_t monotonic_ns();
std::int64_t realtime_ns();

/// When bytes with this kernel stamp came, in loop time: not before `earliest_ns` and not after `now_ns`. nullopt where
/// there is no stamp (0), or it lies so far beyond both that the wall clock was set meanwhile.
std::optional<std::int64_t> arrival_ns(std::int64_t kernel_realtime_ns, std::int64_t realtime_offset_ns,
                                       std::int64_t earliest_ns, std::int64_t now_ns);

class Loop {
 public:
  static wire::Result<Loop> make();
  Loop(Loop&& other) noexcept;
  Loop& operator=(Loop&& other) noexcept;
  ~Loop();

  void handle(Kind kind, Ready& handler) { handlers_[static_cast<std::size_t>(kind)] = &handler; }

  /// False on ENOSPC/ENOMEM only.
  bool watch(int fd, Kind kind, std::uint32_t slot, std::uint32_t events = EPOLLIN);
  bool change(int fd, Kind kind, std::uint32_t slot, std::uint32_t events);
  /// Before close(2), or before somebody else watches the descriptor. Costs no system call: a descriptor that was
  /// closed leaves the set by itself, and one that lives on is moved by the next watch(), or taken out when it reports.
  void forget(int fd);

  /// Calls the handler once more in the next round, without waiting: for what it left unread and nobody will report.
  /// The slot may be somebody else's by then.
  void again(Kind kind, std::uint32_t slot) { again_.emplace_back(kind, slot); }

  /// Waits until something is ready or `until_ns` (monotonic) has come, and dispatches one round: all of it, or as much
  /// as there is time for, and the rest with the next calls, which do not wait. A round of TLS handshakes may take all
  /// of a busy processor for seconds, and a worker that says nothing for as long is taken for hung. Returns how many
  /// were dispatched. `now_ns()` is fresh afterwards, and during handlers it is the time of the call or of waking.
  int run_once(std::int64_t until_ns);
  bool in_round() const { return at_ < count_; }  ///< Whether some of a round waits for the next call.
  std::int64_t now_ns() const { return now_ns_; }
  /// CLOCK_REALTIME minus CLOCK_MONOTONIC, refreshed once a second: turns kernel stamps into loop time.
  std::int64_t realtime_offset_ns() const { return realtime_offset_ns_; }

 private:
  Loop() = default;
  void set_now();
  int wait(std::int64_t until_ns);
  void dispatch(const epoll_event& event);
  bool control(int operation, int fd, Kind kind, std::uint32_t slot, std::uint32_t events) const;

  /// What is known of a descriptor, two bytes each: a flag for "watched", one for "may still be in the set", and the
  /// low bits of the round in which it was last forgotten, or watched: what that round reports of it is an earlier
  /// owner's.
  std::vector<std::uint16_t> marks_;
  std::unique_ptr<epoll_event[]> events_;
  int count_ = 0, at_ = 0;  ///< Of the round: what was ready, and how much of it had its turn.
  int fd_ = -1;
  std::uint16_t round_ = 0;
  std::int64_t now_ns_ = 0;
  std::int64_t realtime_offset_ns_ = 0;
  std::int64_t offset_read_ns_ = 0;
  std::array<Ready*, kKinds> handlers_{};
  std::vector<std::pair<Kind, std::uint32_t>> again_;
};

}  // namespace weir::loadgen
