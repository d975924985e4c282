#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "wire/base/limits.hpp"
#include "wire/schema/model.hpp"

namespace weir::wire::schema {
namespace {

unsigned bit(Kind kind) { return 1u << static_cast<unsigned>(kind); }

unsigned kinds_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return bit(Kind::null);
    case json::kind::bool_:
      return bit(Kind::boolean);
    case json::kind::object:
      return bit(Kind::object);
    case json::kind::array:
      return bit(Kind::array);
    case json::kind::string:
      return bit(Kind::string);
    default:
      return bit(Kind::number) | (is_integral(value) ? bit(Kind::integer) : 0u);
  }
}

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::optional<std::size_t> size_of(SizeWithin::Of of, const json::value& value) {
  if (of == SizeWithin::Of::string && value.is_string()) { return code_points(value.get_string()); }
  if (of == SizeWithin::Of::array && value.is_array()) { return value.get_array().size(); }
  if (of == SizeWithin::Of::object && value.is_object()) { return value.get_object().size(); }
  return std::nullopt;
}

/// Equal values have equal hashes: 1 and 1.0, and objects whatever the order of their members.
std::size_t hash_of(const json::value& value, Budget& budget, std::size_t depth = 0) {
  if (depth > limits::kJsonDepth) { throw LimitReached{"the value is nested too deeply"}; }
  budget.spend(1);
  const auto hash_text = [&](std::string_view text) {
    budget.spend(text.size() / 32);
    return std::hash<std::string_view>{}(text);
  };
  const auto mix = [](std::size_t seed, std::size_t hash) { return (seed ^ hash) * 0x9E3779B97F4A7C15u; };
  if (const auto* text = value.if_string()) { return hash_text(*text); }
  if (value.is_number()) { return std::hash<double>{}(value.to_number<double>()); }
  if (const auto* array = value.if_array()) {
    std::size_t hash = 17;
    for (const auto& item : *array) { hash = mix(hash, hash_of(item, budget, depth + 1)); }
    return hash;
  }
  if (const auto* object = value.if_object()) {
    std::size_t hash = 31;
    for (const auto& pair : *object) { hash += mix(hash_text(pair.key()), hash_of(pair.value(), budget, depth + 1)); }
    return hash;
  }
  return value.is_null() ? 1 : value.get_bool() ? 2 : 3;
}

bool satisfies(const InRange& range, const json::value& value) {
  const auto order = compare_numbers(value, *range.limit);
  switch (range.side) {
    case InRange::Side::minimum:
      return order >= 0;
    case InRange::Side::exclusive_minimum:
      return order > 0;
    case InRange::Side::maximum:
      return order <= 0;
    default:
      return order < 0;
  }
}

std::string list(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto name : names) { text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name); }
  return text;
}

std::vector<std::string_view> missing(const std::vector<std::string_view>& names, const json::object& object) {
  std::vector<std::string_view> absent;
  for (const auto name : names) {
    if (!object.contains(name)) { absent.push_back(name); }
  }
  return absent;
}

}  // namespace

bool holds(const TypeIs& rule, const json::value& instance, Budget&) { return (rule.kinds & kinds_of(instance)) != 0; }

std::string complaint(const TypeIs& rule, const json::value& instance) {
  constexpr std::string_view kNames[] = {"null", "boolean", "object", "array", "string", "number", "integer"};
  std::string wanted;
  for (unsigned i = 0; i < std::size(kNames); ++i) {
    if ((rule.kinds & 1u << i) != 0) { wanted += fmt::format("{}{}", wanted.empty() ? "" : " or ", kNames[i]); }
  }
  return fmt::format("is {}, must be {}", kind_name(instance), wanted);
}

bool holds(const IsOneOf& rule, const json::value& instance, Budget& budget) {
  for (const auto& [value, steps] : rule.values) {
    budget.spend(steps);
    if (json_equal(*value, instance)) { return true; }
  }
  return false;
}

std::string complaint(const IsOneOf& rule, const json::value& instance) {
  if (rule.values.size() == 1) {
    return fmt::format("is {}, must be {}", excerpt(instance, 60), excerpt(*rule.values.front().first, 100));
  }
  std::string wanted;
  for (const auto& [value, steps] : rule.values) {
    if (wanted.size() > 200) {
      wanted += ", ...";
      break;
    }
    wanted += (wanted.empty() ? "" : ", ") + excerpt(*value, 60);
  }
  return fmt::format("is {}, must be one of {}", excerpt(instance, 60), wanted);
}

bool holds(const InRange& rule, const json::value& instance, Budget&) {
  return !instance.is_number() || satisfies(rule, instance);
}

std::string complaint(const InRange& rule, const json::value& instance) {
  constexpr std::string_view kWords[] = {"at least", "greater than", "at most", "less than"};
  return fmt::format("is {}, must be {} {}", excerpt(instance, 40), kWords[static_cast<unsigned>(rule.side)],
                     excerpt(*rule.limit, 40));
}

bool holds(const IsMultiple& rule, const json::value& instance, Budget&) {
  if (!instance.is_number()) { return true; }
  if (const auto* number = instance.if_double(); number != nullptr && !std::isfinite(*number)) { return false; }
  return is_multiple(to_decimal(instance), rule.divisor);
}

std::string complaint(const IsMultiple& rule, const json::value& instance) {
  return fmt::format("is {}, must be a multiple of {}e{}", excerpt(instance, 40), rule.divisor.digits,
                     rule.divisor.exponent);
}

bool holds(const SizeWithin& rule, const json::value& instance, Budget& budget) {
  if (rule.of == SizeWithin::Of::string && instance.is_string()) { budget.spend(instance.get_string().size() / 32); }
  const auto size = size_of(rule.of, instance);
  if (!size) { return true; }
  const auto count = static_cast<double>(*size);
  return rule.is_maximum ? count <= rule.limit : count >= rule.limit;
}

std::string complaint(const SizeWithin& rule, const json::value& instance) {
  constexpr std::string_view kUnits[] = {"characters", "items", "members"};
  return fmt::format("has {} {}, must have at {} {}", size_of(rule.of, instance).value_or(0),
                     kUnits[static_cast<unsigned>(rule.of)], rule.is_maximum ? "most" : "least", rule.limit);
}

bool holds(const Matches& rule, const json::value& instance, Budget& budget) {
  return !instance.is_string() || rule.pattern->found_in(instance.get_string(), budget);
}

std::string complaint(const Matches& rule, const json::value& instance) {
  return fmt::format("is {}, must match {}", excerpt(instance, 60), excerpt(rule.pattern->text(), 100));
}

bool holds(const HasMembers& rule, const json::value& instance, Budget& budget) {
  const auto* object = instance.if_object();
  if (object == nullptr) { return true; }
  for (const auto name : rule.names) {
    budget.spend(1 + name.size() / 32);
    if (!object->contains(name)) { return false; }
  }
  return true;
}

std::string complaint(const HasMembers& rule, const json::value& instance) {
  return fmt::format("lacks the required {}", list(missing(rule.names, instance.get_object())));
}

bool holds(const HasMembersWith& rule, const json::value& instance, Budget& budget) {
  const auto* object = instance.if_object();
  if (object == nullptr) { return true; }
  for (const auto& [member, names] : rule.names_by_member) {
    budget.spend(1 + member.size() / 32);
    if (object->contains(member) && !holds(HasMembers{names}, instance, budget)) { return false; }
  }
  return true;
}

std::string complaint(const HasMembersWith& rule, const json::value& instance) {
  const auto& object = instance.get_object();
  for (const auto& [member, names] : rule.names_by_member) {
    if (!object.contains(member)) { continue; }
    if (const auto absent = missing(names, object); !absent.empty()) {
      return fmt::format("has \"{}\" and so must have {}", member, list(absent));
    }
  }
  return {};
}

bool holds(const HasUniqueItems&, const json::value& instance, Budget& budget) {
  const auto* array = instance.if_array();
  if (array == nullptr) { return true; }
  std::unordered_multimap<std::size_t, const json::value*> seen;
  budget.spend(8 * array->size());  // A node of the map costs more than a step.
  seen.reserve(array->size());
  for (const auto& item : *array) {
    const auto hash = hash_of(item, budget);
    const auto [first, last] = seen.equal_range(hash);
    for (auto same = first; same != last; ++same) {
      hash_of(item, budget);  // Charges for the comparison, which walks as far.
      if (json_equal(*same->second, item)) { return false; }
    }
    seen.emplace(hash, &item);
  }
  return true;
}

std::string complaint(const HasUniqueItems&, const json::value&) { return "has equal items, must have unique ones"; }

}  // namespace weir::wire::schema
