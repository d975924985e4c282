// What belongs to a run and not to one exchange: when it is over, and what is left of its memory. Every client of the
// run waits and receives within it, whatever deadline its caller gives.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "wire/base/error.hpp"
#include "wire/http/http.hpp"

namespace weir::wire {

/// What this machine did not give to the run: whatever was judged meanwhile was no fault of the target. Open to all
/// threads.
class Shortages {
 public:
  void note(Error shortage);
  std::optional<Error> since(Clock::time_point moment) const;

 private:
  mutable std::mutex mutex_;
  std::optional<Error> last_;
  Clock::time_point at_;
};

struct RunBounds {
  Deadline until{Clock::time_point::max()};  ///< No wait goes on beyond.
  const std::atomic<bool>* stop = nullptr;   ///< Once true, every wait is over within kStopTick.
  /// Whether more may be received. Empty: always. Asked on the thread that receives.
  std::function<bool()> has_room;
  /// What a thread holds while it works for the run, so that its memory is of the run's account. Empty: nothing.
  std::function<std::shared_ptr<void>()> account;
  std::shared_ptr<Shortages> shortages;  ///< Null: nobody asks.

  std::shared_ptr<void> enter() const { return account ? account() : nullptr; }
  bool over() const { return until.passed() || (stop != nullptr && stop->load()); }
  /// The next moment to look whether it is over, and never later than `deadline`.
  Deadline next_look(Deadline deadline) const;
  /// Sleeps, but not beyond the run.
  void pause(std::chrono::milliseconds span) const;
};

inline constexpr std::chrono::milliseconds kStopTick{50};

}  // namespace weir::wire
