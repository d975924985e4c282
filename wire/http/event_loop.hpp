// An io_context behind a face without Boost.Asio: the few sources that start operations include event_loop_asio.hpp.
#pragma once

#include <functional>
#include <memory>

#include "wire/http/run_bounds.hpp"

namespace weir::wire {

class EventLoop {
 public:
  /// Within the bounds of a run no wait goes beyond it.
  explicit EventLoop(RunBounds bounds = {});
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  /// Runs what is ready until `done` holds (true) or the deadline has passed (false). What is ready at a deadline that
  /// has passed already is still run, within a bound.
  bool run_until(Deadline deadline, const std::function<bool()>& done);
  /// Runs a bounded number of things that are ready.
  void poll();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
  RunBounds bounds_;
};

}  // namespace weir::wire
