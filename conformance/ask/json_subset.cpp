#include "conformance/ask/json_subset.hpp"

#include <algorithm>

namespace weir::conformance {

bool holds_subset(const wire::json::value& whole, const wire::json::value& part) {
  const wire::json::object* members = part.if_object();
  if (!members) { return wire::json_equal(whole, part); }
  return std::all_of(members->begin(), members->end(), [&](const auto& member) {
    const wire::json::value* found = wire::find(whole, member.key());
    return found && holds_subset(*found, member.value());
  });
}

}  // namespace weir::conformance
