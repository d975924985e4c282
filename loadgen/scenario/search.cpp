#include "loadgen/scenario/search.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::loadgen {

std::int64_t search_steps(const Phase& search) {
  if (search.step <= 0 || search.most <= search.streams) { return 1; }
  return (search.most - search.streams + search.step - 1) / search.step + 1;
}

std::int64_t search_streams(const Phase& search, std::int64_t index) {
  return std::min(search.most, search.streams + index * search.step);
}

std::string step_name(const Phase& search, std::int64_t index) { return fmt::format("{} {}", search.name, index + 1); }

bool is_step_name(const Phase& search, std::string_view name) { return reports::load::is_step_of(search.name, name); }

std::optional<std::int64_t> next_step(const Phase& search, const std::vector<reports::load::SearchStep>& done) {
  const auto index = static_cast<std::int64_t>(done.size());
  if (!done.empty() && done.back().verdict != reports::load::StepVerdict::passed) { return std::nullopt; }
  if (index >= search_steps(search)) { return std::nullopt; }
  return search_streams(search, index);
}

}  // namespace weir::loadgen
