// The oracle: ajv, which shares no line with our validator, must say the same of generated schemas and instances.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "wire/schema/json_schema.hpp"
#include "wire/testing/ask_node.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kSchemas = 150;
constexpr std::size_t kInstances = 6;

/// Small schemas from a keyword grammar, and instances that are likely to touch what they say. Where ajv is known to
/// read the specification differently the grammar keeps away: siblings of `$ref` in draft-07, divisors that
/// binary fractions cannot hold, and `unevaluatedItems` near `contains` or `items`: ajv forgets the items that the
/// former evaluates and keeps those of the latter even where the alternative that it stands in fails. It also lets an
/// empty array pass `contains` beside an array of `items`.
class Generator {
 public:
  Generator(std::uint64_t seed, SchemaDialect dialect) : random_(seed), old_(dialect == SchemaDialect::draft_07) {}

  json::value root_schema() {
    for (;;) {
      auto made = any_root_schema();
      const std::string text = json::serialize(made);
      const auto has = [&](std::string_view keyword) { return text.find(keyword) != std::string::npos; };
      if (!has("\"unevaluatedItems\"") || !(has("\"contains\"") || has("\"items\""))) { return made; }
    }
  }

  json::value instance(int depth = 3) {
    const auto kind = pick(depth > 0 ? 9 : 5);
    if (kind >= 7) {
      json::array items;
      for (auto n = pick(4); n > 0; --n) { items.push_back(instance(depth - 1)); }
      return items;
    }
    if (kind >= 5) {
      json::object members;
      for (auto n = pick(4); n > 0; --n) { members[name()] = instance(depth - 1); }
      return members;
    }
    return scalar();
  }

 private:
  json::value any_root_schema() {
    json::object definitions;
    in_definition_ = true;
    for (const auto* name : {"x", "y"}) { definitions[name] = schema(1); }
    in_definition_ = false;
    json::value made = schema(3);
    if (!made.is_object()) { made = json::object{{"not", made}}; }
    if (made.get_object().contains("$ref")) { made = json::object{{"allOf", json::array{made}}}; }
    made.get_object()[old_ ? "definitions" : "$defs"] = std::move(definitions);
    return made;
  }

  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }
  bool often(std::size_t percent) { return pick(100) < percent; }

  template <class T, std::size_t N>
  T one_of(const std::array<T, N>& choices) {
    return choices[pick(N)];
  }

  std::string name() { return one_of(std::array<std::string, 5>{"a", "b", "ab", "c1", "\xC3\xA9"}); }

  json::value scalar() {
    switch (pick(8)) {
      case 0:
        return nullptr;
      case 1:
        return often(50);
      case 2:
      case 3:
        return static_cast<std::int64_t>(pick(7)) - 2;
      case 4:
        return static_cast<double>(pick(9)) / 2.0 - 1.0;
      default:
        return json::value(
            one_of(std::array<std::string, 8>{"", "a", "ab", "abc", "b1", "\xF0\x9F\x98\x80", "\xC3\xA9", "1"}));
    }
  }

  json::value pattern() {
    return json::value(one_of(
        std::array<std::string, 8>{"^a", "b$", "^[a-c]+$", "\\d", "^.$", "^\\p{L}+$", "^(a|b)?c?$", "^\\S{2,}$"}));
  }

  json::array schemas(int depth) {
    json::array made;
    for (auto n = 1 + pick(3); n > 0; --n) { made.push_back(schema(depth - 1)); }
    return made;
  }

  // A schema of a part of the instance: only there can the root recur without running in circles.
  json::value part(int depth) {
    if (!in_definition_ && often(8)) { return json::object{{"$ref", "#"}}; }
    return schema(depth - 1);
  }

  json::object parts(int depth, bool patterns) {
    json::object made;
    for (auto n = 1 + pick(2); n > 0; --n) {
      const json::value key = patterns ? pattern() : json::value(name());
      made[key.get_string()] = part(depth);
    }
    return made;
  }

  json::array names() {
    json::array made;
    for (const auto* each : {"a", "b", "ab"}) {
      if (often(45)) { made.emplace_back(each); }
    }
    return made;
  }

  json::value schema(int depth) {
    if (often(6)) { return often(75); }
    if (!in_definition_ && often(10)) {
      return json::object{{"$ref", fmt::format("#/{}/{}", old_ ? "definitions" : "$defs", often(50) ? "x" : "y")}};
    }
    json::object made;
    for (auto n = 1 + pick(3); n > 0; --n) {
      const auto group = pick(depth > 0 ? 10 : 4);
      if (group < 4) {
        add_assertion(made);
      } else if (group < 6) {
        add_for_object(made, depth);
      } else if (group < 8) {
        add_for_array(made, depth);
      } else {
        add_combination(made, depth);
      }
    }
    const auto* items = made.if_contains("items");
    if (items != nullptr && items->is_array()) { made.erase("contains"); }
    return made;
  }

  void add_assertion(json::object& made) {
    static constexpr std::array<const char*, 7> kTypes{"null",   "boolean", "object", "array",
                                                       "string", "number",  "integer"};
    switch (pick(11)) {
      case 0:
        made["type"] = one_of(kTypes);
        break;
      case 1: {
        const auto first = pick(kTypes.size());
        made["type"] = json::array{kTypes[first], kTypes[(first + 1 + pick(6)) % 7]};
        break;
      }
      case 2:
        made["const"] = instance(1);
        break;
      case 3:
        made["enum"] = json::array{nullptr, "a", static_cast<std::int64_t>(pick(4)), json::array{often(50)}};
        break;
      case 4:
        made[one_of(std::array{"minimum", "exclusiveMinimum"})] = static_cast<double>(pick(5)) / 2.0 - 1.0;
        break;
      case 5:
        made[one_of(std::array{"maximum", "exclusiveMaximum"})] = static_cast<std::int64_t>(pick(4));
        break;
      case 6:
        made["multipleOf"] = one_of(std::array{0.5, 1.0, 2.0, 3.0});
        break;
      case 7:
        made[one_of(std::array{"minLength", "minItems", "minProperties"})] = 1 + pick(2);
        break;
      case 8:
        made[one_of(std::array{"maxLength", "maxItems", "maxProperties"})] = 1 + pick(2);
        break;
      case 9:
        made["pattern"] = pattern();
        break;
      default:
        made["uniqueItems"] = true;
    }
  }

  void add_for_object(json::object& made, int depth) {
    switch (pick(8)) {
      case 0:
        made["required"] = names();
        break;
      case 1:
        made["propertyNames"] = schema(0);
        break;
      case 2:
        made["patternProperties"] = parts(depth, true);
        break;
      case 3:
        made["additionalProperties"] = part(depth);
        break;
      case 4:
        if (old_) {
          made["dependencies"] = json::object{{"a", schema(depth - 1)}, {"b", names()}};
        } else {
          made["dependentSchemas"] = json::object{{"a", schema(depth - 1)}};
          made["dependentRequired"] = json::object{{"b", names()}};
        }
        break;
      case 5:
        if (!old_) { made["unevaluatedProperties"] = often(50) ? json::value(false) : part(depth); }
        break;
      default:
        made["properties"] = parts(depth, false);
    }
  }

  void add_for_array(json::object& made, int depth) {
    switch (pick(5)) {
      case 0:
        made["contains"] = part(depth);
        if (!old_ && often(50)) { made["minContains"] = pick(3); }
        if (!old_ && often(50)) { made["maxContains"] = 1 + pick(2); }
        break;
      case 1:
        made[old_ ? "items" : "prefixItems"] = schemas(depth);
        break;
      case 2:
        if (old_) {
          made["items"] = schemas(depth);
          made["additionalItems"] = part(depth);
        } else {
          made["unevaluatedItems"] = often(50) ? json::value(false) : part(depth);
        }
        break;
      default:
        made["items"] = part(depth);
    }
  }

  void add_combination(json::object& made, int depth) {
    switch (pick(5)) {
      case 0:
        made["allOf"] = schemas(depth);
        break;
      case 1:
        made["anyOf"] = schemas(depth);
        break;
      case 2:
        made["oneOf"] = schemas(depth);
        break;
      case 3:
        made["not"] = schema(depth - 1);
        break;
      default:
        made["if"] = schema(depth - 1);
        if (often(70)) { made["then"] = schema(depth - 1); }
        if (often(70)) { made["else"] = schema(depth - 1); }
    }
  }

  std::mt19937_64 random_;
  bool old_;
  bool in_definition_ = false;
};

json::array generate(SchemaDialect dialect, std::uint64_t seed) {
  Generator generator(seed, dialect);
  json::array cases;
  for (std::size_t i = 0; i < kSchemas; ++i) {
    json::array instances;
    const auto schema = generator.root_schema();
    for (std::size_t k = 0; k < kInstances; ++k) { instances.push_back(generator.instance()); }
    cases.push_back(json::object{{"dialect", dialect == SchemaDialect::draft_07 ? "draft-07" : "2020-12"},
                                 {"schema", schema},
                                 {"instances", std::move(instances)}});
  }
  return cases;
}

/// What ajv says; null where Node or ajv is not to be had.
json::value ask_ajv(const json::array& cases, const std::string& name) {
  return testing::ask_node("ajv_agreement.mjs", cases, "ajv_" + name);
}

json::value our_verdict(const Result<JsonSchema>& schema, const json::value& instance) {
  if (!schema) { return json::value(schema.error().detail); }
  const auto problems = schema->validate(instance);
  return problems ? json::value(problems->empty()) : json::value(problems.error().detail);
}

void expect_agreement(SchemaDialect dialect, const std::string& name, std::uint64_t seed) {
  const auto cases = generate(dialect, seed);
  const auto verdicts = ask_ajv(cases, name);
  ASSERT_TRUE(verdicts.is_array()) << "node or ajv is missing: run ci/setup, or npm ci in ci/node";
  ASSERT_EQ(verdicts.get_array().size(), cases.size());
  std::size_t valid = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& schema = cases[i].at("schema");
    const auto compiled = JsonSchema::compile(schema, dialect);
    for (std::size_t k = 0; k < kInstances; ++k) {
      const auto& instance = cases[i].at("instances").at(k);
      const auto& theirs = verdicts.at(i).at(k);
      const auto ours = our_verdict(compiled, instance);
      EXPECT_EQ(ours, theirs) << json::serialize(schema) << "\n  " << json::serialize(instance);
      if (ours == json::value(true)) { ++valid; }
    }
  }
  const std::size_t pairs = kSchemas * kInstances;
  EXPECT_GT(valid, pairs / 5) << "nearly everything is invalid: the pairs prove little";
  EXPECT_LT(valid, pairs * 4 / 5) << "nearly everything is valid: the pairs prove little";
}

TEST(JsonSchemaOracle, agrees_with_ajv_in_2020_12) {
  expect_agreement(SchemaDialect::draft_2020_12, "2020_12", 20201208);
}
TEST(JsonSchemaOracle, agrees_with_ajv_in_draft_07) { expect_agreement(SchemaDialect::draft_07, "draft_07", 20180319); }

}  // namespace
}  // namespace weir::wire
