// Clocks that the ends of streams point to: many streams that ended after the same silence, or at the same age, were
// cut by one, unless the judge of cut_off.hpp has another explanation.
#pragma once

#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// When the first and the last of some ends were.
struct Moments {
  std::int64_t first_ns = -1;  ///< The end of the second that held it; -1: there was none.
  std::int64_t last_ns = -1;   ///< The start of the second that held it.
};
struct CutMoments {
  Moments idle;   ///< Of streams that ended after their longest silence.
  Moments drops;  ///< Of all that were dropped.
};

/// By population, a second at a time.
void note_moments(std::vector<CutMoments>& moments, const Snapshot& second);

std::vector<ClockCut> find_idle_cuts(const Layout& layout, const Snapshot& numbers,
                                     const std::vector<CutMoments>& moments);
/// Named only where most drops of a population are of one age; where some of its streams became older, as that of some.
std::vector<ClockCut> find_age_cuts(const Layout& layout, const Snapshot& numbers,
                                    const std::vector<CutMoments>& moments);

/// What the clocks counted, as far as the ends tell.
enum class Counted { silence, age, silence_or_age };
/// Who is known to cut so: "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout", or "".
std::string known_cutter(double low_seconds, double high_seconds, Counted counted);

}  // namespace weir::reports::load
