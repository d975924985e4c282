#include "wire/schema/json_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/limits.hpp"

namespace weir::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto k07 = SchemaDialect::draft_07;
constexpr auto k2020 = SchemaDialect::draft_2020_12;

std::vector<SchemaProblem> problems(std::string_view schema, std::string_view instance, SchemaDialect dialect = k2020) {
  auto compiled = JsonSchema::compile(json::parse(schema), dialect);
  if (!compiled) {
    ADD_FAILURE() << compiled.error().detail;
    return {};
  }
  auto found = compiled->validate(json::parse(instance));
  if (!found) { ADD_FAILURE() << found.error().detail; }
  return found.value_or(std::vector<SchemaProblem>{});
}

bool accepts(std::string_view schema, std::string_view instance, SchemaDialect dialect = k2020) {
  return problems(schema, instance, dialect).empty();
}

std::string compile_error(std::string_view schema, SchemaDialect dialect = k2020) {
  auto compiled = JsonSchema::compile(json::parse(schema), dialect);
  return compiled ? "compiled" : compiled.error().detail;
}

ErrorCode validation_error(const json::value& schema, const json::value& instance) {
  auto compiled = JsonSchema::compile(schema);
  if (!compiled) { return compiled.error().code; }
  auto found = compiled->validate(instance);
  return found ? ErrorCode::internal : found.error().code;
}

/// {"allOf": [{"allOf": [... `inner` ...]}]}
std::string nested(std::string inner, int depth) {
  for (int i = 0; i < depth; ++i) { inner = R"({"allOf":[)" + inner + "]}"; }
  return inner;
}

TEST(JsonSchema, says_where_in_the_instance_and_which_keyword) {
  const auto found = problems(R"({"properties": {"a/b": {"items": {"type": "integer"}}}, "required": ["c"]})",
                              R"({"a/b": [1, "two"]})");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].instance_pointer, "");
  EXPECT_EQ(found[0].schema_pointer, "/required");
  EXPECT_EQ(found[0].message, R"(lacks the required "c")");
  EXPECT_EQ(found[1].instance_pointer, "/a~1b/1");
  EXPECT_EQ(found[1].schema_pointer, "/properties/a~1b/items/type");
  EXPECT_EQ(found[1].message, "is string, must be integer");
}

TEST(JsonSchema, tells_problems_behind_a_reference_at_their_own_place) {
  const auto found = problems(R"({"$ref": "#/$defs/id", "$defs": {"id": {"maxLength": 2}}})", R"("long")");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].schema_pointer, "/$defs/id/maxLength");
  EXPECT_EQ(found[0].message, "has 4 characters, must have at most 2");
}

TEST(JsonSchema, names_the_document_of_a_foreign_keyword) {
  const std::map<std::string, json::value> documents{{"https://example.com/id", json::parse(R"({"type": "string"})")}};
  auto compiled = JsonSchema::compile(json::parse(R"({"$ref": "https://example.com/id"})"), k2020, documents);
  ASSERT_TRUE(compiled) << compiled.error().detail;
  const auto found = compiled->validate(json::value(1));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().schema_pointer, "https://example.com/id#/type");
}

TEST(JsonSchema, stops_at_the_asked_number_of_problems) {
  auto compiled = JsonSchema::compile(json::parse(R"({"items": {"type": "string"}})"));
  ASSERT_TRUE(compiled);
  const auto found = compiled->validate(json::parse("[1, 2, 3, 4, 5]"), 3);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 3u);
}

TEST(JsonSchema, says_no_without_detail_in_alternatives) {
  const auto found = problems(R"({"anyOf": [{"type": "string"}, {"minimum": 5}]})", "1");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].schema_pointer, "/anyOf");
  EXPECT_EQ(found[0].message, "matches none of the 2 schemas");
}

TEST(JsonSchema, reads_the_dialect_from_the_schema_however_it_is_spelled) {
  for (const auto* uri : {"http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-07/schema",
                          "https://json-schema.org/draft-07/schema"}) {
    auto compiled = JsonSchema::compile(json::object{{"$schema", uri}});
    ASSERT_TRUE(compiled) << uri;
    EXPECT_EQ(compiled->dialect(), k07) << uri;
  }
  for (const auto* uri :
       {"https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft/2020-12/schema#"}) {
    auto compiled = JsonSchema::compile(json::object{{"$schema", uri}}, k07);
    ASSERT_TRUE(compiled) << uri;
    EXPECT_EQ(compiled->dialect(), k2020) << uri;
  }
}

TEST(JsonSchema, names_a_dialect_that_it_does_not_know) {
  const auto detail = compile_error(R"({"$schema": "http://json-schema.org/draft-04/schema#"})");
  EXPECT_THAT(detail, HasSubstr("http://json-schema.org/draft-04/schema"));
  const auto checked = check_schema(json::parse(R"({"$schema": "http://json-schema.org/draft-04/schema#"})"));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::bad_input);
}

TEST(JsonSchema, takes_one_and_one_point_zero_for_the_same_number) {
  EXPECT_TRUE(accepts(R"({"const": 1})", "1.0"));
  EXPECT_TRUE(accepts(R"({"type": "integer", "enum": [1.0]})", "1"));
  EXPECT_TRUE(accepts(R"({"type": "integer"})", "1e300"));
  EXPECT_FALSE(accepts(R"({"uniqueItems": true})", "[1, 1.0]"));
  EXPECT_FALSE(accepts(R"({"uniqueItems": true})", R"([{"a": 1, "b": 2}, {"b": 2.0, "a": 1}])"));
  EXPECT_TRUE(accepts(R"({"uniqueItems": true})", "[1, true, \"1\", [1], null, 0, false]"));
}

TEST(JsonSchema, compares_large_integers_and_doubles_exactly) {
  EXPECT_FALSE(accepts(R"({"maximum": 9007199254740992.0})", "9007199254740993"));
  EXPECT_TRUE(accepts(R"({"minimum": 9223372036854775807})", "18446744073709551615"));
  EXPECT_FALSE(accepts(R"({"minimum": 0})", "-9223372036854775808"));
}

TEST(JsonSchema, divides_in_decimal) {
  EXPECT_TRUE(accepts(R"({"multipleOf": 0.1})", "0.3"));
  EXPECT_TRUE(accepts(R"({"multipleOf": 0.01})", "19.99"));
  EXPECT_FALSE(accepts(R"({"multipleOf": 0.01})", "19.999"));
  EXPECT_TRUE(accepts(R"({"multipleOf": 1e-8})", "12391239123"));
  EXPECT_FALSE(accepts(R"({"multipleOf": 0.123456789})", "1e308"));
  EXPECT_TRUE(accepts(R"({"multipleOf": 3})", "-9"));
  EXPECT_TRUE(accepts(R"({"multipleOf": 7})", "0"));
  EXPECT_FALSE(accepts(R"({"multipleOf": 10})", "5"));
}

TEST(JsonSchema, counts_characters_and_not_bytes) {
  EXPECT_TRUE(accepts(R"({"maxLength": 1})", R"("\ud83d\ude00")"));
  EXPECT_FALSE(accepts(R"({"maxLength": 1})", R"("e\u0301")"));
}

TEST(JsonSchema, lets_draft_07_ignore_what_stands_beside_a_reference) {
  constexpr auto kSchema = R"({"$ref": "#/definitions/a", "maximum": 1, "definitions": {"a": {"type": "integer"}}})";
  EXPECT_TRUE(accepts(kSchema, "5", k07));
  EXPECT_FALSE(accepts(kSchema, "5", k2020));
}

TEST(JsonSchema, reads_items_as_each_dialect_does) {
  constexpr auto kOld = R"({"items": [{"type": "string"}], "additionalItems": false})";
  EXPECT_TRUE(accepts(kOld, R"(["a"])", k07));
  EXPECT_FALSE(accepts(kOld, R"(["a", 1])", k07));
  EXPECT_THAT(compile_error(kOld, k2020), HasSubstr("/items"));
  constexpr auto kNew = R"({"prefixItems": [{"type": "string"}], "items": false})";
  EXPECT_TRUE(accepts(kNew, R"(["a"])"));
  EXPECT_FALSE(accepts(kNew, R"(["a", 1])"));
  EXPECT_TRUE(accepts(R"({"prefixItems": [{"type": "string"}]})", "[1]", k07));
}

TEST(JsonSchema, follows_plain_names_of_draft_07) {
  EXPECT_FALSE(accepts(R"({"$ref": "#id", "definitions": {"a": {"$id": "#id", "type": "string"}}})", "1", k07));
}

TEST(JsonSchema, reaches_definitions_with_any_name) {
  EXPECT_FALSE(accepts(R"({"$ref": "#/definitions/Record<string,a b>",
                           "definitions": {"Record<string,a b>": {"type": "string"}}})",
                       "1", k07));
  EXPECT_FALSE(accepts(R"({"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"type": "string"}}})", "1"));
}

TEST(JsonSchema, knows_what_siblings_evaluated) {
  constexpr auto kSchema = R"({"allOf": [{"properties": {"a": true}}], "patternProperties": {"^x-": true},
                               "unevaluatedProperties": false})";
  EXPECT_TRUE(accepts(kSchema, R"({"a": 1, "x-b": 2})"));
  const auto found = problems(kSchema, R"({"a": 1, "c": 2})");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].instance_pointer, "/c");
  EXPECT_EQ(found[0].schema_pointer, "/unevaluatedProperties");
  EXPECT_FALSE(accepts(R"({"prefixItems": [true], "unevaluatedItems": {"type": "string"}})", "[1, 2]"));
  EXPECT_TRUE(accepts(R"({"contains": {"type": "number"}, "unevaluatedItems": {"type": "string"}})", "[1, \"a\"]"));
}

TEST(JsonSchema, extends_a_tree_through_a_dynamic_reference) {
  constexpr auto kSchema = R"({"$id": "https://example.com/strict", "$dynamicAnchor": "node", "$ref": "tree",
    "unevaluatedProperties": false,
    "$defs": {"tree": {"$id": "tree", "$dynamicAnchor": "node",
                       "properties": {"children": {"items": {"$dynamicRef": "#node"}}}}}})";
  EXPECT_TRUE(accepts(kSchema, R"({"children": [{"children": []}]})"));
  EXPECT_FALSE(accepts(kSchema, R"({"children": [{"chidlren": []}]})"));
}

TEST(JsonSchema, never_asks_the_network_for_a_reference) {
  EXPECT_THAT(compile_error(R"({"$ref": "https://example.com/other.json"})"),
              HasSubstr("https://example.com/other.json"));
  EXPECT_THAT(compile_error(R"({"items": {"$ref": "#/$defs/absent"}})"), HasSubstr("#/$defs/absent"));
  EXPECT_THAT(compile_error(R"({"$ref": "#nowhere"})"), HasSubstr("#nowhere"));
}

TEST(JsonSchema, refers_to_the_embedded_meta_schemas) {
  EXPECT_TRUE(accepts(R"({"$ref": "https://json-schema.org/draft/2020-12/schema"})", R"({"type": "string"})"));
  EXPECT_FALSE(accepts(R"({"$ref": "http://json-schema.org/draft-07/schema#"})", R"({"minLength": -1})"));
}

TEST(JsonSchema, refuses_broken_keywords_and_says_where) {
  for (const auto* schema :
       {R"({"properties": {"a": {"type": "strin"}}})", R"({"properties": {"a": 1}})", R"({"minimum": "1"})",
        R"({"minLength": -1})", R"({"multipleOf": 0})", R"({"pattern": "("})", R"({"patternProperties": {"[": {}}})",
        R"({"required": "a"})", R"({"allOf": []})", R"({"enum": 1})", R"({"$ref": 1})", R"({"$id": 1})", R"("x")",
        R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}})"}) {
    EXPECT_THAT(compile_error(schema), HasSubstr("the schema is broken at \"")) << schema;
  }
  EXPECT_THAT(compile_error(R"({"properties": {"a": {"type": "strin"}}})"), HasSubstr("/properties/a/type"));
}

TEST(JsonSchema, refuses_one_identifier_for_two_schemas) {
  EXPECT_THAT(compile_error(R"({"$defs": {"a": {"$id": "x:y"}, "b": {"$id": "x:y", "type": "null"}}})"),
              HasSubstr("two different schemas"));
  EXPECT_TRUE(accepts(R"({"$defs": {"a": {"$id": "x:y"}, "b": {"$id": "x:y"}}})", "1"));
}

TEST(JsonSchema, ends_references_that_go_round_in_circles) {
  const json::value instance(1);
  EXPECT_EQ(validation_error(json::parse(R"({"$ref": "#"})"), instance), ErrorCode::limit_exceeded);
  EXPECT_EQ(validation_error(json::parse(R"({"anyOf": [{"$ref": "#/$defs/a"}, {"not": {"$ref": "#"}}],
                                             "$defs": {"a": {"allOf": [{"$ref": "#"}]}}})"),
                             instance),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(validation_error(json::parse(R"({"$dynamicAnchor": "a", "$dynamicRef": "#a"})"), instance),
            ErrorCode::limit_exceeded);
}

TEST(JsonSchema, recurses_as_deep_as_an_instance_may_be) {
  std::string deep;
  for (std::size_t i = 0; i < limits::kJsonDepth - 1; ++i) { deep += "["; }
  deep += std::string(limits::kJsonDepth - 1, ']');
  json::parse_options options;
  options.max_depth = 1000;
  auto list = JsonSchema::compile(json::parse(R"({"type": "array", "items": {"$ref": "#"}})"));
  ASSERT_TRUE(list);
  const auto found = list->validate(json::parse(deep, {}, options));
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_THAT(*found, IsEmpty());
  const auto deeper = list->validate(json::parse("[[[" + deep + "]]]", {}, options));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, ErrorCode::limit_exceeded);
}

TEST(JsonSchema, ends_before_the_stack_does) {
  json::parse_options options;
  options.max_depth = 1000;
  const auto schema = json::parse(nested(R"({"items": {"$ref": "#"}})", 50), {}, options);
  const auto instance = json::parse(std::string(120, '[') + std::string(120, ']'), {}, options);
  EXPECT_EQ(validation_error(schema, instance), ErrorCode::limit_exceeded);
}

TEST(JsonSchema, stops_schemas_that_double_their_work) {
  json::object defs;
  for (int i = 0; i < 60; ++i) {
    const json::object next{{"$ref", "#/$defs/" + std::to_string(i + 1)}};
    defs[std::to_string(i)] = json::object{{"allOf", json::array{next, next}}};
  }
  defs["60"] = true;
  const json::object schema{{"$ref", "#/$defs/0"}, {"$defs", defs}};
  EXPECT_EQ(validation_error(schema, json::value(1)), ErrorCode::limit_exceeded);
}

TEST(JsonSchema, stops_patterns_that_run_away) {
  const json::value text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
  for (const auto* pattern : {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "(?=(a+)+$)x"}) {
    EXPECT_EQ(validation_error(json::object{{"pattern", pattern}}, text), ErrorCode::limit_exceeded) << pattern;
  }
}

TEST(JsonSchema, refuses_schemas_beyond_the_limits) {
  const json::value long_text(std::string(limits::kSchemaBytes, 'x'));
  EXPECT_EQ(validation_error(json::object{{"description", long_text}}, {}), ErrorCode::limit_exceeded);
  const std::string long_pattern(limits::kSchemaPatternBytes + 1, 'x');
  EXPECT_EQ(validation_error(json::object{{"pattern", long_pattern}}, {}), ErrorCode::limit_exceeded);
  json::parse_options options;
  options.max_depth = 1000;
  const auto deep = json::parse(nested("true", static_cast<int>(limits::kJsonDepth)), {}, options);
  EXPECT_EQ(validation_error(deep, {}), ErrorCode::limit_exceeded);
  json::array alternatives;
  for (int i = 0; i < 3; ++i) {
    alternatives.push_back(
        json::object{{"pattern", std::to_string(i) + std::string(limits::kSchemaAlternatives / 2, '|')}});
  }
  EXPECT_EQ(validation_error(json::object{{"anyOf", alternatives}}, {}), ErrorCode::limit_exceeded);
  json::object patterns;
  for (std::size_t i = 0; i <= limits::kSchemaPatterns; ++i) { patterns[std::to_string(i)] = true; }
  EXPECT_EQ(validation_error(json::object{{"patternProperties", patterns}}, {}), ErrorCode::limit_exceeded);
}

TEST(JsonSchema, can_be_moved_after_compilation) {
  auto compiled = JsonSchema::compile(json::parse(R"({"properties": {"a": {"$ref": "#"}}, "type": "object"})"));
  ASSERT_TRUE(compiled);
  const JsonSchema moved = std::move(*compiled);
  const auto found = moved.validate(json::parse(R"({"a": 1})"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 1u);
}

std::vector<std::string> checked_at(std::string_view schema, SchemaDialect dialect = k2020) {
  const auto found = check_schema(json::parse(schema), dialect);
  std::vector<std::string> pointers;
  if (!found) { return {found.error().detail}; }
  for (const auto& problem : *found) { pointers.push_back(problem.instance_pointer); }
  return pointers;
}

TEST(CheckSchema, finds_nothing_wrong_with_good_schemas) {
  constexpr auto kTool = R"({"type": "object", "properties": {"q": {"type": "string", "pattern": "^\\p{L}+$"}},
                             "required": ["q"], "additionalProperties": false})";
  EXPECT_THAT(checked_at(kTool, k2020), IsEmpty());
  EXPECT_THAT(checked_at(kTool, k07), IsEmpty());
  EXPECT_THAT(checked_at("true"), IsEmpty());
}

TEST(CheckSchema, points_at_what_the_meta_schema_forbids) {
  EXPECT_THAT(checked_at(R"({"properties": {"a": {"minLength": -1}}})"), ElementsAre("/properties/a/minLength"));
  EXPECT_THAT(checked_at(R"({"required": ["a", "a"]})", k07), ElementsAre("/required"));
  EXPECT_THAT(checked_at("1"), ::testing::Not(IsEmpty()));
}

TEST(CheckSchema, points_at_patterns_and_references_that_do_not_work) {
  EXPECT_THAT(checked_at(R"({"properties": {"a": {"pattern": "(?i)x"}}})"), ElementsAre("/properties/a/pattern"));
  EXPECT_THAT(checked_at(R"({"items": {"$ref": "#/$defs/x"}})"), ElementsAre("/items/$ref"));
}

TEST(CheckSchema, reads_a_schema_as_deep_as_json_may_be) {
  json::parse_options options;
  options.max_depth = 1000;
  const auto found = check_schema(json::parse(nested("true", 60), {}, options));
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_THAT(*found, IsEmpty());
  std::string negations = "true";
  for (std::size_t i = 0; i + 1 < limits::kJsonDepth; ++i) { negations = R"({"not":)" + negations + "}"; }
  const auto deepest = check_schema(json::parse(negations, {}, options));
  ASSERT_TRUE(deepest) << deepest.error().detail;
  EXPECT_THAT(*deepest, IsEmpty());
}

TEST(CheckSchema, holds_for_the_meta_schemas_themselves) {
  for (const auto* uri : {"https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#"}) {
    const auto schema = json::object{{"$schema", uri}, {"$ref", uri}};
    EXPECT_TRUE(JsonSchema::compile(schema)) << uri;
    const auto found = check_schema(schema);
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, IsEmpty());
  }
}

}  // namespace
}  // namespace weir::wire
