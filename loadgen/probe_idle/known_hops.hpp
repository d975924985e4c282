// Which known cut-offs (wire/target/known_hops.hpp) lie inside a bracket.
#pragma once

#include <vector>

#include "loadgen/probe_idle/bracket.hpp"
#include "wire/target/known_hops.hpp"

namespace weir::loadgen {

using reports::load::Counts;
using reports::load::describe;
using reports::load::known_hops;
using reports::load::KnownHop;

/// The rows whose value, times `scale`, lies inside the bracket.
std::vector<KnownHop> matching_hops(const Bracket& bracket, Counts counts, double scale);

}  // namespace weir::loadgen
