// What the steps of a search for the largest load say. A step is a phase "search 1", "search 2" ... of kind "search".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// "search 3" is a step of "search".
bool is_step_of(std::string_view search, std::string_view name);

/// Judged by the thresholds without a phase, those of the search as a whole and those of this step (by the defaults
/// where the run has none), and by whether as many streams as wanted were open at all.
SearchStep judge_step(const RunInfo& run, const Layout& layout, const PhaseResult& step);

/// From the steps in their order, up to the first that did not pass.
SearchResult search_result(const std::vector<SearchStep>& steps);

/// Adds a later phase to `all`, for what is asked of several phases together.
void add_phase(PhaseResult& all, const PhaseResult& later, const Layout& layout);

}  // namespace weir::reports::load
