// Whether a verdict is the target's at all: what this machine or the run itself could not give is no fault of it.
#pragma once

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// Begins with the asking, on its thread.
class OwnLimits {
 public:
  explicit OwnLimits(const Target& target);

  /// The finding, or in its place `error` for what this machine lacked, and `untestable` for what the run could not
  /// hold, or not wait for.
  Finding correct(Finding finding, const CheckInfo& info) const;

 private:
  const wire::RunBounds& run_;
  wire::Clock::time_point began_ = wire::Clock::now();
  std::uint64_t refusals_;
  std::uint64_t shortages_;
};

/// What every client of a run keeps to: its end, and its account of memory.
wire::RunBounds bounds_of(wire::Deadline until, const std::atomic<bool>* interrupted);

/// What this machine has lacked since a moment of the run.
std::optional<wire::Error> shortage_since(const wire::RunBounds& run, wire::Clock::time_point moment);

}  // namespace weir::conformance
