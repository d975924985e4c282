#include "conformance/tools_lock/schema_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace weir::conformance {

namespace json = wire::json;

namespace {

const std::array<Bound, 10> kAllBounds = {Bound{"minimum", false},          Bound{"maximum", true},
                                          Bound{"exclusiveMinimum", false}, Bound{"exclusiveMaximum", true},
                                          Bound{"minLength", false},        Bound{"maxLength", true},
                                          Bound{"minItems", false},         Bound{"maxItems", true},
                                          Bound{"minProperties", false},    Bound{"maxProperties", true}};

/// Keywords that say nothing about which instances are valid.
constexpr std::array<std::string_view, 9> kSilent = {"$schema", "$id",        "$comment", "$defs",  "definitions",
                                                     "title",   "deprecated", "examples", "$anchor"};
/// Compared one by one in schema_diff.cpp.
constexpr std::array<std::string_view, 14> kCompared = {
    "type",        "enum",    "const", "properties", "required", "additionalProperties", "items",
    "description", "default", "anyOf", "oneOf",      "allOf",    "prefixItems",          "uniqueItems"};

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool contains(const json::array& values, const json::value& value) {
  return std::any_of(values.begin(), values.end(), [&](const auto& each) { return wire::json_equal(each, value); });
}

}  // namespace

const Types& every_type() {
  // "integer" is a part of "number": a number is spelt as both, so that sets can be compared.
  static const Types kAll = {"object", "array", "string", "integer", "number", "boolean", "null"};
  return kAll;
}

Types types_of(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (!type) { return every_type(); }
  Types types;
  if (const auto* list = wire::as_array(type)) {
    for (const auto& each : *list) { types.emplace(wire::as_string(&each).value_or("")); }
  } else {
    types.emplace(wire::as_string(type).value_or(""));
  }
  if (types.contains("number")) { types.insert("integer"); }
  return types;
}

std::string spelt(const Types& all) {
  if (all == every_type()) { return "free"; }
  Types types = all;
  if (types.contains("number")) { types.erase("integer"); }
  return fmt::format("{}", fmt::join(types, ", "));
}

/// `enum`, or `const` as an enum of one; nothing where any value goes.
std::optional<json::array> values_of(const json::object& schema) {
  if (const auto* value = schema.if_contains("const")) { return json::array{*value}; }
  if (const auto* values = wire::as_array(schema.if_contains("enum"))) { return *values; }
  return std::nullopt;
}

/// The members of `a` that `b` has not.
json::array without(const json::array& a, const json::array& b) {
  json::array left;
  std::copy_if(a.begin(), a.end(), std::back_inserter(left), [&](const auto& value) { return !contains(b, value); });
  return left;
}

std::set<std::string> required_of(const json::object& schema) {
  std::set<std::string> names;
  if (const auto* list = wire::as_array(schema.if_contains("required"))) {
    for (const auto& each : *list) { names.emplace(wire::as_string(&each).value_or("")); }
  }
  return names;
}

const json::object& properties_of(const json::object& schema) {
  static const json::object kNone;
  const auto* properties = wire::as_object(schema.if_contains("properties"));
  return properties ? *properties : kNone;
}

const std::array<Bound, 10>& bounds() { return kAllBounds; }

bool is_compared(std::string_view keyword) {
  return has(kCompared, keyword) || has(kSilent, keyword) ||
         std::any_of(kAllBounds.begin(), kAllBounds.end(), [&](const auto& bound) { return bound.keyword == keyword; });
}

}  // namespace weir::conformance
