// Which part of which run a generator does: from flags, or from the variables of the batch system that started it.
#pragma once

#include <string>

#include "loadgen/options.hpp"

namespace weir::loadgen {

/// Fills in `shard`, `shards`, `shard_from` and `run_id`. An error is one sentence: a shard that does not know its
/// number, how many there are, or what the run is called, would do a part of another run than the others.
wire::Result<void> take_shard(const CommandLine& options, const Environment& environment, RunOptions& run);

/// `--label K=V`: at most kLabels, each with a name that Prometheus takes.
wire::Result<void> take_labels(const CommandLine& options, RunOptions& run);

inline constexpr std::size_t kLabels = 8;

}  // namespace weir::loadgen
