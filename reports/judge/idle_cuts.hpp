// Idle time-outs that the ends of streams point to: many streams cut after the same silence were cut by one clock,
// unless the judge of cut_off.hpp has another explanation.
#pragma once

#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// When streams of a population ended after their longest silence: the first of them and the last one.
struct CutMoments {
  std::int64_t first_ns = -1;  ///< The end of the second that held it; -1: there was none.
  std::int64_t last_ns = -1;   ///< The start of the second that held it.
};

/// By population, a second at a time.
void note_moments(std::vector<CutMoments>& moments, const Snapshot& second);

std::vector<IdleCut> find_idle_cuts(const Layout& layout, const Snapshot& numbers,
                                    const std::vector<CutMoments>& moments);

/// Who is known to cut after so much silence: "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout", or "". Who cuts
/// at such an age only where the streams may have been silent all their life.
std::string known_cutter(double low_seconds, double high_seconds, bool or_age);

}  // namespace weir::reports::load
