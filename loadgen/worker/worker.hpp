// A worker: one process, one thread, one loop. It does what it is ordered, reports each second, and ends when it is
// told to or when its supervisor is gone.
#pragma once

#include "loadgen/client/actors.hpp"
#include "loadgen/worker/protocol.hpp"

namespace weir::loadgen {

struct WorkerPlan {
  Scenario scenario;  ///< Populations resolved (never automatic).
  reports::load::Layout layout;
  std::uint32_t index = 0, count = 1;  ///< Over all shards.
  std::uint64_t seed = 1;
  std::int64_t run_start_ns = 0;              ///< CLOCK_MONOTONIC.
  std::int64_t second_ns = kSecond;           ///< Between reports; tests have shorter seconds.
  std::vector<wire::Url> destinations;        ///< Distinct, in the order of AddressesOrder::destination.
  std::vector<std::uint32_t> destination_of;  ///< Of each population.
  std::vector<std::string> sources;           ///< This worker's own.
  std::size_t opening_at_once = limits::kOpeningAtOnce;
};

/// Runs until StopOrder or end-of-file on `control` (a connected stream socket, taken over); the process's exit code.
int run_worker(const WorkerPlan& plan, int control);

}  // namespace weir::loadgen
