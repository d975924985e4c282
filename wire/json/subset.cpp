#include "wire/json/subset.hpp"

#include <algorithm>

namespace weir::wire {

bool holds_subset(const json::value& whole, const json::value& part) {
  const json::object* members = part.if_object();
  if (!members) { return json_equal(whole, part); }
  return std::all_of(members->begin(), members->end(), [&](const auto& member) {
    const json::value* found = find(whole, member.key());
    return found && holds_subset(*found, member.value());
  });
}

}  // namespace weir::wire
