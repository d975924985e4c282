// What a person sees while a run goes on: a view redrawn in place on a terminal, one line every ten seconds elsewhere.
// Pure functions of the numbers; the supervisor writes them to the standard error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::loadgen {

struct ScreenState {
  std::string target;
  std::string_view held = "stream";  ///< Or "session".
  std::string phase;                 ///< "hold"
  std::string step;                  ///< "2 of 4"
  std::int64_t elapsed_ns = 0;       ///< Of the run.
  std::int64_t left_ns = -1;         ///< -1: not known (a search).
  reports::load::Snapshot last;      ///< The latest second of all workers.
  reports::load::Snapshot totals;
  std::string latest_incident;
};

/// At most `width` columns each.
std::vector<std::string> screen_lines(const ScreenState& state, std::size_t width, bool colour);
/// The same in one line, for logs.
std::string progress_line(const ScreenState& state);

/// The bytes that put `lines` where `former` lines stand now, the cursor being below them.
std::string redraw(const std::vector<std::string>& lines, std::size_t former);

/// "0:07", "12:34", "1:02:03"
std::string clock_text(std::int64_t ns);

}  // namespace weir::loadgen
