// The parts of a JSON Schema that schema_diff compares, each as a value.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "wire/json/json.hpp"

namespace weir::conformance {

using Types = std::set<std::string, std::less<>>;

const Types& every_type();
/// The types that a schema allows: every one where it names none.
Types types_of(const wire::json::object& schema);
std::string spelt(const Types& all);  ///< "integer, string"; "free" for every type.

/// `enum`, or `const` as an enum of one; nothing where any value goes.
std::optional<wire::json::array> values_of(const wire::json::object& schema);
/// The members of `a` that `b` has not.
wire::json::array without(const wire::json::array& a, const wire::json::array& b);

std::set<std::string> required_of(const wire::json::object& schema);
const wire::json::object& properties_of(const wire::json::object& schema);

struct Bound {
  std::string_view keyword;
  bool upper;  ///< Lower values are tighter.
};
const std::array<Bound, 10>& bounds();

/// The keyword is compared by its meaning, or has none for which instances are valid.
bool is_compared(std::string_view keyword);

}  // namespace weir::conformance
