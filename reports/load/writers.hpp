// Reports of a load run: console, JSON (reports/schema/load.schema.json), Markdown, JUnit (a threshold is a case),
// HTML (one page that needs nothing else).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "reports/draw/formats.hpp"
#include "reports/judge/results.hpp"

namespace weir::reports::load {

std::string console_report(const LoadResults& results, const ConsoleOptions& options);
std::string json_report(const LoadResults& results);
/// Whether the text is what json_report writes.
bool is_json_report(std::string_view text);
std::string markdown_report(const LoadResults& results);
std::string html_report(const LoadResults& results);
/// The page of a run that goes on: the same as html_report, with a line of what it is at, following the server that it
/// comes from (its events, from the one after `after`; loadgen/watch/live_page.hpp).
std::string live_report(const LoadResults& so_far, std::string_view status, std::uint64_t after);
/// What such an event brings: {"at": 12, "status": "...", "figures": {"streams": {"open": 500}}}.
std::string live_second(const Point& second, const RunInfo& run, std::string_view status);
std::string junit_report(const LoadResults& results);
std::string render(const LoadResults& results, Format format, const ConsoleOptions& options);

}  // namespace weir::reports::load
