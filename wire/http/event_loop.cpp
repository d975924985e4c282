#include "wire/http/event_loop_asio.hpp"

namespace weir::wire {

namespace {
/// A peer that sends without pause keeps a loop ready for ever.
constexpr int kPollBound = 64;
}  // namespace

EventLoop::EventLoop(RunBounds bounds) : impl_(std::make_unique<Impl>()), bounds_(std::move(bounds)) {}
EventLoop::~EventLoop() = default;

void EventLoop::poll() {
  impl_->io.restart();
  for (int i = 0; i < kPollBound && impl_->io.poll_one() > 0; ++i) {}
}

bool EventLoop::run_until(Deadline deadline, const std::function<bool()>& done) {
  while (!done()) {
    impl_->io.restart();
    if (deadline.passed() || bounds_.over()) {
      for (int i = 0; i < kPollBound && !done() && impl_->io.poll_one() > 0; ++i) {}
      return done();
    }
    if (impl_->io.run_one_until(bounds_.next_look(deadline).at) == 0 && impl_->io.stopped()) {
      return done();  // No operation is under way: nothing can come any more.
    }
  }
  return true;
}

}  // namespace weir::wire
