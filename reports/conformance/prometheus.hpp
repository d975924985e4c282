// A run of the gate as metrics: a file for the textfile collector of the node exporter, or for a Pushgateway.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// The text format (version 0.0.4). `last_success_s` is when a run before this one passed, in seconds since 1970; 0
/// where none is known.
std::string render_prometheus(const Results& results, std::int64_t last_success_s = 0);

/// When the latest run passed that `text`, which render_prometheus wrote, knows of; 0 where it knows none, or is of
/// another target.
std::int64_t last_success_in(std::string_view text, const Results& results);

}  // namespace weir::reports
