#include "conformance/catalogue/checkset.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::conformance {

std::string checkset_names() {
  std::vector<std::string_view> names;
  for (const auto& set : checksets()) { names.push_back(set.name); }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> ids_of(const Checkset& set) {
  std::vector<std::string> ids;
  for (std::string_view rest = set.text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    if (!line.empty()) { ids.emplace_back(line); }
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return ids;
}

wire::Result<std::vector<std::string>> within_checkset(std::vector<std::string> ids, std::string_view name) {
  if (name.empty()) { return ids; }
  const auto sets = checksets();
  const auto set = std::find_if(sets.begin(), sets.end(), [&](const Checkset& one) { return one.name == name; });
  if (set == sets.end()) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("there is no set of checks '{}'; there is {}", name, checkset_names()));
  }
  const auto pinned = ids_of(*set);
  std::erase_if(ids,
                [&](const std::string& id) { return std::find(pinned.begin(), pinned.end(), id) == pinned.end(); });
  return ids;
}

}  // namespace weir::conformance
