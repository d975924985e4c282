// Which known cut-offs (wire/base/known_hops.hpp) lie inside a bracket.
#pragma once

#include <vector>

#include "loadgen/probe_idle/bracket.hpp"
#include "wire/base/known_hops.hpp"

namespace weir::loadgen {

using wire::Counts;
using wire::describe;
using wire::known_hops;
using wire::KnownHop;

/// The rows whose value, times `scale`, lies inside the bracket.
std::vector<KnownHop> matching_hops(const Bracket& bracket, Counts counts, double scale);

}  // namespace weir::loadgen
