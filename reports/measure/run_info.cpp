#include "reports/measure/run_info.hpp"

#include <fmt/format.h>

namespace weir::reports::load {

std::string ShardInfo::text() const {
  if (alone()) { return ""; }
  return merged.empty() ? fmt::format("{}/{}", index + 1, count)
                        : fmt::format("{} of {} together", merged.size(), count);
}

}  // namespace weir::reports::load
