// Idle time-outs that the ends of streams point to: many streams cut after the same silence were cut by one clock.
#pragma once

#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

std::vector<IdleCut> find_idle_cuts(const Layout& layout, const Snapshot& numbers);

/// Who is known to cut after so much silence: "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout", or "".
std::string known_cutter(double low_seconds, double high_seconds);

}  // namespace weir::reports::load
