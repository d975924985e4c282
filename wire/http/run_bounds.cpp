#include "wire/http/run_bounds.hpp"

#include <thread>

namespace weir::wire {

void Shortages::note(Error shortage) {
  const std::lock_guard lock(mutex_);
  last_ = std::move(shortage);
  at_ = Clock::now();
}

std::optional<Error> Shortages::since(Clock::time_point moment) const {
  const std::lock_guard lock(mutex_);
  return at_ >= moment ? last_ : std::nullopt;
}

Deadline RunBounds::next_look(Deadline deadline) const {
  const Deadline bounded = deadline.or_sooner(until);
  return stop == nullptr ? bounded : bounded.or_sooner(Deadline::in(kStopTick));
}

void RunBounds::pause(std::chrono::milliseconds span) const {
  const Deadline end = Deadline::in(span);
  while (!end.passed() && !over()) { std::this_thread::sleep_until(next_look(end).at); }
}

}  // namespace weir::wire
