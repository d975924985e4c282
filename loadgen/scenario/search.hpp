// A stepwise search for the largest load: which steps there are, and what comes after one. What a step's numbers mean
// is said by reports/judge/search.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/scenario/scenario.hpp"
#include "reports/judge/search.hpp"

namespace weir::loadgen {

/// How many steps there are at most: from, from + step, ... and `most` itself as the last.
std::int64_t search_steps(const Phase& search);
/// Streams of step `index`, counted from 0.
std::int64_t search_streams(const Phase& search, std::int64_t index);
/// "search 3": the name of step `index` as a phase of the run.
std::string step_name(const Phase& search, std::int64_t index);
bool is_step_name(const Phase& search, std::string_view name);

/// The streams of the next step; nullopt once a step failed or could not be judged, or after the last.
std::optional<std::int64_t> next_step(const Phase& search, const std::vector<reports::load::SearchStep>& done);

}  // namespace weir::loadgen
