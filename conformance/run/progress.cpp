#include "conformance/run/progress.hpp"

#include <fmt/format.h>

#include "reports/draw/wrap.hpp"

namespace weir::conformance {

void Progress::until(wire::Deadline deadline) {
  const std::lock_guard lock(mutex_);
  state_.deadline = deadline;
}

void Progress::at(std::string_view what) {
  const std::lock_guard lock(mutex_);
  state_.now = what;
}

void Progress::plan(std::size_t more) {
  const std::lock_guard lock(mutex_);
  state_.planned += more;
}

void Progress::asked_one() {
  const std::lock_guard lock(mutex_);
  ++state_.asked;
}

Progress::State Progress::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string progress_line(const Progress::State& state, std::int64_t seconds_left) {
  std::string line;
  if (state.planned > 0) { line = fmt::format("{} of {} asked, ", state.asked, state.planned); }
  line += fmt::format("{} s left at most  {}", seconds_left, state.now);
  return reports::clipped(line, reports::kColumns - 1);  // In the last column some terminals begin a new line.
}

ProgressScreen::ProgressScreen(Say say, const Progress& progress)
    : say_(std::move(say)), progress_(progress), thread_([this] { show(); }) {}

ProgressScreen::~ProgressScreen() {
  done_ = true;
  thread_.join();
  say_("\r\x1b[K");
}

void ProgressScreen::show() {
  constexpr std::chrono::milliseconds kEvery{100};
  while (!done_) {
    const auto state = progress_.state();
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(state.deadline.left()).count();
    say_("\r\x1b[K" + progress_line(state, left));
    std::this_thread::sleep_for(kEvery);
  }
}

}  // namespace weir::conformance
