// What the supervisor stands on, so that tests can put something else in its place.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "loadgen/net/loop.hpp"
#include "loadgen/supervise/supervisor.hpp"
#include "loadgen/supervise/targets.hpp"
#include "loadgen/supervise/workers.hpp"

namespace weir::loadgen {

struct TestSeams {
  WorkerMain worker_main = run_worker;
  LookUp look_up = wire::look_up_within;
  std::function<std::int64_t()> wall_ns = realtime_ns;
  std::optional<Machine> machine;             ///< Absent: the one that this runs on.
  std::int64_t second_ns = kSecond;           ///< Length of a second.
  std::int64_t lead_ns = 200 * kMillisecond;  ///< Orders are given so long before their time.
  std::int64_t hung_ns =
      5 * kSecond;  ///< A worker without a report for so long is an incident, after twice that killed.
  std::int64_t stop_ns = 4 * kSecond;  ///< What the workers have for closing everything.
  /// Called with each merged second.
  std::function<void(Workers&, const reports::load::Snapshot&)> on_second;
};

wire::Result<RunResult> supervise_on(const TestSeams& seams, const Scenario& scenario, const RunOptions& options,
                                     const std::atomic<int>& signals);

/// What a dry run shows: the preflight's lines, or its refusal.
wire::Result<Placement> preflight(const Scenario& scenario, const RunOptions& options);

}  // namespace weir::loadgen
