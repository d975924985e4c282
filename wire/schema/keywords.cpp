#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "wire/schema/compile.hpp"

namespace weir::wire::schema {
namespace {

struct Site {
  Compiler& compiler;
  Node& node;
  const json::object& schema;
  std::string_view name;
  const json::value& value;

  [[noreturn]] void broken(std::string_view detail) const { compiler.broken(node, name, detail); }
  void add(Rule rule) const { node.keywords.push_back({name, std::move(rule)}); }
  const Node* child() const { return compiler.child(node, value, pointer_token(name)); }

  const json::object& object() const {
    if (!value.is_object()) { broken("it must be an object"); }
    return value.get_object();
  }
  const json::array& array() const {
    if (!value.is_array()) { broken("it must be an array"); }
    return value.get_array();
  }
  std::vector<const Node*> children() const {
    std::vector<const Node*> nodes;
    for (const auto& item : array()) {
      nodes.push_back(compiler.child(node, item, fmt::format("{}/{}", pointer_token(name), nodes.size())));
    }
    return nodes;
  }
  std::vector<std::string_view> strings(const json::value& list) const {
    if (!list.is_array()) { broken("it must be an array of strings"); }
    std::vector<std::string_view> names;
    for (const auto& item : list.get_array()) {
      if (!item.is_string()) { broken("it must be an array of strings"); }
      names.push_back(item.get_string());
    }
    return names;
  }
  const Node* member(const json::key_value_pair& pair) const {
    return compiler.child(node, pair.value(), pointer_token(name) + pointer_token(pair.key()));
  }
  std::vector<std::pair<std::string_view, const Node*>> members() const {
    std::vector<std::pair<std::string_view, const Node*>> nodes;
    for (const auto& pair : object()) { nodes.emplace_back(pair.key(), member(pair)); }
    return nodes;
  }
  double count(const json::value& number) const {
    if (!number.is_number() || !is_integral(number) || number.to_number<double>() < 0) {
      broken("it must be a non-negative integer");
    }
    return number.to_number<double>();
  }
};

constexpr std::array<std::string_view, 7> kKindNames{"null",   "boolean", "object", "array",
                                                     "string", "number",  "integer"};

// Comparing strings and numbers costs little; comparing deep values costs as much as there is in the schema's one.
std::uint64_t comparison_steps(const json::value& value) {
  std::uint64_t steps = 1;
  if (const auto* text = value.if_string()) { steps += text->size() / 32; }
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) { steps += comparison_steps(item); }
  }
  if (const auto* object = value.if_object()) {
    for (const auto& pair : *object) { steps += 1 + pair.key().size() / 32 + comparison_steps(pair.value()); }
  }
  return steps;
}

void compile_type(const Site& site) {
  TypeIs rule;
  const auto add = [&](const json::value& name) {
    const auto kind = name.is_string()
                          ? std::find(kKindNames.begin(), kKindNames.end(), std::string_view(name.get_string()))
                          : kKindNames.end();
    if (kind == kKindNames.end()) { site.broken("it must name types of JSON, or \"integer\""); }
    rule.kinds = static_cast<std::uint8_t>(rule.kinds | 1u << (kind - kKindNames.begin()));
  };
  if (const auto* list = site.value.if_array()) {
    std::for_each(list->begin(), list->end(), add);
  } else {
    add(site.value);
  }
  site.add(rule);
}

void compile_const(const Site& site) { site.add(IsOneOf{{{&site.value, comparison_steps(site.value)}}}); }

void compile_enum(const Site& site) {
  IsOneOf rule;
  for (const auto& item : site.array()) { rule.values.emplace_back(&item, comparison_steps(item)); }
  site.add(std::move(rule));
}

template <InRange::Side side>
void compile_range(const Site& site) {
  if (!site.value.is_number()) { site.broken("it must be a number"); }
  site.add(InRange{side, &site.value});
}

void compile_multiple(const Site& site) {
  const bool usable =
      site.value.is_number() && std::isfinite(site.value.to_number<double>()) && site.value.to_number<double>() > 0;
  if (!usable) { site.broken("it must be a number greater than 0"); }
  site.add(IsMultiple{to_decimal(site.value)});
}

template <SizeWithin::Of of, bool is_maximum>
void compile_size(const Site& site) {
  site.add(SizeWithin{of, is_maximum, site.count(site.value)});
}

void compile_pattern(const Site& site) {
  if (!site.value.is_string()) { site.broken("it must be a string"); }
  site.add(Matches{site.compiler.pattern(site.node, site.name, site.value.get_string())});
}

void compile_required(const Site& site) { site.add(HasMembers{site.strings(site.value)}); }

void compile_dependent_required(const Site& site) {
  HasMembersWith rule;
  for (const auto& pair : site.object()) { rule.names_by_member.emplace_back(pair.key(), site.strings(pair.value())); }
  site.add(std::move(rule));
}

void compile_unique(const Site& site) {
  if (!site.value.is_bool()) { site.broken("it must be a boolean"); }
  if (site.value.get_bool()) { site.add(HasUniqueItems{}); }
}

void compile_reference(const Site& site) { site.compiler.refer(site.node, site.name, site.value); }

template <Combines::How how>
void compile_combination(const Site& site) {
  auto branches = site.children();
  if (branches.empty()) { site.broken("it must not be empty"); }
  site.add(Combines{how, std::move(branches)});
}

void compile_not(const Site& site) { site.add(Negates{site.child()}); }

void compile_if(const Site& site) {
  Chooses rule;
  rule.condition = site.child();
  if (const auto* then = site.schema.if_contains("then")) {
    rule.consequence = site.compiler.child(site.node, *then, "/then");
  }
  if (const auto* other = site.schema.if_contains("else")) {
    rule.alternative = site.compiler.child(site.node, *other, "/else");
  }
  site.add(rule);
}

// Subschemas that other keywords apply, or that only references reach.
void compile_aside(const Site& site) { site.child(); }
void compile_definitions(const Site& site) { site.members(); }

void compile_dependent_schemas(const Site& site) { site.add(AppliesWithMember{site.members()}); }

// Draft-07 section 6.5.7: an array of names or a schema.
void compile_dependencies(const Site& site) {
  HasMembersWith names;
  AppliesWithMember schemas;
  for (const auto& pair : site.object()) {
    if (pair.value().is_array()) {
      names.names_by_member.emplace_back(pair.key(), site.strings(pair.value()));
    } else {
      schemas.schemas.emplace_back(pair.key(), site.member(pair));
    }
  }
  site.add(std::move(names));
  site.add(std::move(schemas));
}

void compile_property_names(const Site& site) { site.add(NamesMatch{site.child()}); }
void compile_properties(const Site& site) { site.add(Members{site.members()}); }

void compile_pattern_properties(const Site& site) {
  PatternMembers rule;
  for (const auto& pair : site.object()) {
    auto pattern = site.compiler.pattern(site.node, site.name, pair.key());
    rule.schemas.emplace_back(std::move(pattern), site.member(pair));
  }
  site.add(std::move(rule));
}

void compile_additional_properties(const Site& site) {
  OtherMembers rule;
  rule.schema = site.child();
  if (const auto* named = site.schema.if_contains("properties")) { rule.named = named->if_object(); }
  const auto* patterns = site.schema.if_contains("patternProperties");
  if (patterns != nullptr && patterns->is_object()) {
    for (const auto& pair : patterns->get_object()) {
      rule.patterns.push_back(site.compiler.pattern(site.node, "patternProperties", pair.key()));
    }
  }
  site.add(std::move(rule));
}

void compile_prefix_items(const Site& site) { site.add(FirstItems{site.children()}); }

void compile_items(const Site& site) {
  const auto* prefix = site.schema.if_contains("prefixItems");
  const auto* first = prefix == nullptr ? nullptr : prefix->if_array();
  site.add(OtherItems{first == nullptr ? 0 : first->size(), site.child()});
}

void compile_items_07(const Site& site) {
  if (site.value.is_array()) {
    site.add(FirstItems{site.children()});
  } else {
    site.add(OtherItems{0, site.child()});
  }
}

void compile_additional_items(const Site& site) {
  const auto* items = site.schema.if_contains("items");
  const Node* schema = site.child();
  if (items != nullptr && items->is_array()) { site.add(OtherItems{items->get_array().size(), schema}); }
}

void compile_contains(const Site& site) {
  Contains rule;
  rule.schema = site.child();
  if (site.node.resource->dialect == SchemaDialect::draft_2020_12) {
    rule.evaluates = true;
    if (site.node.resource->asserts) {
      if (const auto* minimum = site.schema.if_contains("minContains")) { rule.minimum = site.count(*minimum); }
      if (const auto* maximum = site.schema.if_contains("maxContains")) { rule.maximum = site.count(*maximum); }
    }
  }
  site.add(rule);
}

void compile_unevaluated_properties(const Site& site) {
  site.node.tracks = true;
  site.add(UnevaluatedMembers{site.child()});
}

void compile_unevaluated_items(const Site& site) {
  site.node.tracks = true;
  site.add(UnevaluatedItems{site.child()});
}

enum Drafts : std::uint8_t { k07 = 1, k2020 = 2, kBoth = 3 };

struct KeywordRule {
  std::string_view name;
  Drafts drafts;
  bool asserts;  ///< Of the validation vocabulary.
  void (*compile)(const Site&);
};

using Of = SizeWithin::Of;
using Side = InRange::Side;

// In the order of application: what is cheap and tells most comes first, what depends on others comes last.
constexpr KeywordRule kKeywords[] = {
    {"$ref", kBoth, false, compile_reference},
    {"$dynamicRef", k2020, false, compile_reference},
    {"type", kBoth, true, compile_type},
    {"const", kBoth, true, compile_const},
    {"enum", kBoth, true, compile_enum},
    {"minimum", kBoth, true, compile_range<Side::minimum>},
    {"exclusiveMinimum", kBoth, true, compile_range<Side::exclusive_minimum>},
    {"maximum", kBoth, true, compile_range<Side::maximum>},
    {"exclusiveMaximum", kBoth, true, compile_range<Side::exclusive_maximum>},
    {"multipleOf", kBoth, true, compile_multiple},
    {"minLength", kBoth, true, compile_size<Of::string, false>},
    {"maxLength", kBoth, true, compile_size<Of::string, true>},
    {"minItems", kBoth, true, compile_size<Of::array, false>},
    {"maxItems", kBoth, true, compile_size<Of::array, true>},
    {"minProperties", kBoth, true, compile_size<Of::object, false>},
    {"maxProperties", kBoth, true, compile_size<Of::object, true>},
    {"pattern", kBoth, true, compile_pattern},
    {"required", kBoth, true, compile_required},
    {"dependentRequired", k2020, true, compile_dependent_required},
    {"uniqueItems", kBoth, true, compile_unique},
    {"$defs", k2020, false, compile_definitions},
    {"definitions", k07, false, compile_definitions},
    {"propertyNames", kBoth, false, compile_property_names},
    {"properties", kBoth, false, compile_properties},
    {"patternProperties", kBoth, false, compile_pattern_properties},
    {"additionalProperties", kBoth, false, compile_additional_properties},
    {"prefixItems", k2020, false, compile_prefix_items},
    {"items", k2020, false, compile_items},
    {"items", k07, false, compile_items_07},
    {"additionalItems", k07, false, compile_additional_items},
    {"contains", kBoth, false, compile_contains},
    {"dependencies", k07, false, compile_dependencies},
    {"dependentSchemas", k2020, false, compile_dependent_schemas},
    {"allOf", kBoth, false, compile_combination<Combines::How::all>},
    {"anyOf", kBoth, false, compile_combination<Combines::How::any>},
    {"oneOf", kBoth, false, compile_combination<Combines::How::one>},
    {"not", kBoth, false, compile_not},
    {"if", kBoth, false, compile_if},
    {"then", kBoth, false, compile_aside},
    {"else", kBoth, false, compile_aside},
    {"unevaluatedItems", k2020, false, compile_unevaluated_items},
    {"unevaluatedProperties", k2020, false, compile_unevaluated_properties},
};

}  // namespace

void compile_keywords(Compiler& compiler, Node& node, const json::object& schema) {
  const bool old = node.resource->dialect == SchemaDialect::draft_07;
  const bool only_refers = old && schema.contains("$ref");
  for (const KeywordRule& rule : kKeywords) {
    if ((rule.drafts & (old ? k07 : k2020)) == 0 || (rule.asserts && !node.resource->asserts)) { continue; }
    // Definitions beside a reference assert nothing, but what they identify can be referred to.
    if (only_refers && rule.name != "$ref" && rule.name != "definitions") { continue; }
    if (const auto* value = schema.if_contains(rule.name)) {
      rule.compile({compiler, node, schema, rule.name, *value});
    }
  }
}

}  // namespace weir::wire::schema
