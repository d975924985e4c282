// What nights are made of, wherever they were kept: journals and JSON reports give the same values of the same run.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/compare/measured.hpp"
#include "reports/compare/trend.hpp"

namespace weir::reports::compare {

void append_counted(const std::string& phase, const std::vector<PartOfBlock>& blocks, std::vector<NightValue>& out);
/// A quantile of too few samples is none.
void append_timed(const std::string& phase, const TimedRow& row, double samples,
                  const std::function<double(double quantile)>& seconds_at, std::vector<NightValue>& out);

std::string series_of(const load::RunInfo& run);
/// Why a load run is no night; "" where it is one.
std::string why_no_night(bool complete, ExitCode code, std::string_view invalid);

}  // namespace weir::reports::compare
