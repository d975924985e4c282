// A table of tools before and after, and what each change means to those who call them.
#include "conformance/tools_lock/tool_diff.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {

namespace json = wire::json;

namespace {

struct Case {
  std::string name;
  std::string before;
  std::string after;
  std::vector<std::string> changes;  ///< "severity pointer"
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::vector<std::string> spelt(const std::vector<reports::ToolChange>& changes) {
  std::vector<std::string> out;
  for (const auto& change : changes) { out.push_back(change.severity + " " + change.pointer); }
  return out;
}

std::vector<std::string> diff(const std::string& before, const std::string& after) {
  const ToolMap was = {{"tool", json::parse(before).as_object()}}, is = {{"tool", json::parse(after).as_object()}};
  return spelt(diff_tools(was, is));
}

/// The schema as input of a tool.
std::string input(std::string_view schema) { return fmt::format(R"({{"inputSchema":{}}})", schema); }
std::string output(std::string_view schema) { return fmt::format(R"({{"outputSchema":{}}})", schema); }
/// A schema of one property.
std::string one(std::string_view schema) {
  return fmt::format(R"({{"type":"object","properties":{{"a":{}}}}})", schema);
}

const std::string kA = "/inputSchema/properties/a";
const std::string kOut = "/outputSchema/properties/a";

std::vector<Case> input_cases() {
  return {
      {"nothing", input(one(R"({"type":"string"})")), input(one(R"({"type":"string"})")), {}},
      {"order_of_members",
       input(R"({"type":"object","required":["a","b"]})"),
       input(R"({"required":["b","a"],"type":"object"})"),
       {}},
      {"parameter_removed", input(one("{}")), input(R"({"type":"object","properties":{}})"), {"breaking " + kA}},
      {"optional_parameter_added", input(R"({"type":"object"})"), input(one("{}")), {"additive " + kA}},
      {"required_parameter_added",
       input(R"({"type":"object"})"),
       input(R"({"type":"object","properties":{"a":{}},"required":["a"]})"),
       {"breaking " + kA}},
      {"parameter_made_required",
       input(one("{}")),
       input(R"({"type":"object","properties":{"a":{}},"required":["a"]})"),
       {"breaking /inputSchema/required"}},
      {"undescribed_parameter_made_required",
       input(R"({"type":"object"})"),
       input(R"({"type":"object","required":["a"]})"),
       {"breaking /inputSchema/required"}},
      {"parameter_made_optional",
       input(R"({"type":"object","properties":{"a":{}},"required":["a"]})"),
       input(one("{}")),
       {"additive /inputSchema/required"}},
      {"required_parameter_removed",
       input(R"({"type":"object","properties":{"a":{}},"required":["a"]})"),
       input(R"({"type":"object","properties":{}})"),
       {"breaking " + kA}},
      {"type_narrowed",
       input(one(R"({"type":["string","null"]})")),
       input(one(R"({"type":"string"})")),
       {"breaking " + kA + "/type"}},
      {"type_widened",
       input(one(R"({"type":"string"})")),
       input(one(R"({"type":["string","null"]})")),
       {"additive " + kA + "/type"}},
      {"type_replaced",
       input(one(R"({"type":"string"})")),
       input(one(R"({"type":"array"})")),
       {"breaking " + kA + "/type"}},
      {"type_given_where_it_was_free",
       input(one("{}")),
       input(one(R"({"type":"string"})")),
       {"breaking " + kA + "/type"}},
      {"number_to_integer",
       input(one(R"({"type":"number"})")),
       input(one(R"({"type":"integer"})")),
       {"breaking " + kA + "/type"}},
      {"integer_to_number",
       input(one(R"({"type":"integer"})")),
       input(one(R"({"type":"number"})")),
       {"additive " + kA + "/type"}},
      {"enum_value_removed",
       input(one(R"({"enum":["x","y"]})")),
       input(one(R"({"enum":["x"]})")),
       {"breaking " + kA + "/enum"}},
      {"enum_value_added",
       input(one(R"({"enum":["x"]})")),
       input(one(R"({"enum":["x","y"]})")),
       {"additive " + kA + "/enum"}},
      {"enum_introduced", input(one("{}")), input(one(R"({"enum":["x"]})")), {"breaking " + kA + "/enum"}},
      {"enum_lifted", input(one(R"({"enum":["x"]})")), input(one("{}")), {"additive " + kA + "/enum"}},
      {"enum_reordered", input(one(R"({"enum":["x","y"]})")), input(one(R"({"enum":["y","x"]})")), {}},
      {"const_as_enum", input(one(R"({"const":1})")), input(one(R"({"enum":[1.0]})")), {}},
      {"const_changed",
       input(one(R"({"const":"v1"})")),
       input(one(R"({"const":"v2"})")),
       {"breaking " + kA + "/const", "additive " + kA + "/const"}},
      {"maximum_lowered",
       input(one(R"({"maximum":100})")),
       input(one(R"({"maximum":50})")),
       {"breaking " + kA + "/maximum"}},
      {"maximum_raised",
       input(one(R"({"maximum":50})")),
       input(one(R"({"maximum":100})")),
       {"additive " + kA + "/maximum"}},
      {"maximum_the_same_number", input(one(R"({"maximum":50})")), input(one(R"({"maximum":50.0})")), {}},
      {"min_length_introduced", input(one("{}")), input(one(R"({"minLength":1})")), {"breaking " + kA + "/minLength"}},
      {"min_length_lifted", input(one(R"({"minLength":1})")), input(one("{}")), {"additive " + kA + "/minLength"}},
      {"min_items_raised",
       input(one(R"({"minItems":1})")),
       input(one(R"({"minItems":2})")),
       {"breaking " + kA + "/minItems"}},
      {"unique_items_asked",
       input(one(R"({"type":"array"})")),
       input(one(R"({"type":"array","uniqueItems":true})")),
       {"breaking " + kA + "/uniqueItems"}},
      {"pattern_changed",
       input(one(R"({"pattern":"^a"})")),
       input(one(R"({"pattern":"^b"})")),
       {"risky " + kA + "/pattern"}},
      {"format_introduced", input(one("{}")), input(one(R"({"format":"date"})")), {"risky " + kA + "/format"}},
      {"default_changed",
       input(one(R"({"default":10})")),
       input(one(R"({"default":20})")),
       {"risky " + kA + "/default"}},
      {"parameter_description_changed",
       input(one(R"({"description":"x"})")),
       input(one(R"({"description":"y"})")),
       {"risky " + kA + "/description"}},
      {"title_changed", input(one(R"({"title":"x"})")), input(one(R"({"title":"y"})")), {}},
      {"additional_closed",
       input(R"({"type":"object"})"),
       input(R"({"type":"object","additionalProperties":false})"),
       {"risky /inputSchema/additionalProperties"}},
      {"additional_opened",
       input(R"({"type":"object","additionalProperties":false})"),
       input(R"({"type":"object"})"),
       {"additive /inputSchema/additionalProperties"}},
      {"additional_schema_narrowed",
       input(R"({"additionalProperties":{"type":"number"}})"),
       input(R"({"additionalProperties":{"type":"integer"}})"),
       {"breaking /inputSchema/additionalProperties/type"}},
      {"items_narrowed",
       input(one(R"({"items":{"type":["string","null"]}})")),
       input(one(R"({"items":{"type":"string"}})")),
       {"breaking " + kA + "/items/type"}},
      {"nested_parameter_removed",
       input(one(one("{}"))),
       input(one(R"({"type":"object","properties":{}})")),
       {"breaking " + kA + "/properties/a"}},
      {"false_schema", input(one("{}")), input(one("false")), {"breaking " + kA}},
      {"true_for_empty", input(one("true")), input(one("{}")), {}},
      {"alternative_removed",
       input(one(R"({"anyOf":[{"type":"string"},{"type":"number"}]})")),
       input(one(R"({"anyOf":[{"type":"string"}]})")),
       {"breaking " + kA + "/anyOf"}},
      {"alternative_added",
       input(one(R"({"oneOf":[{"type":"string"}]})")),
       input(one(R"({"oneOf":[{"type":"string"},{"type":"number"}]})")),
       {"additive " + kA + "/oneOf"}},
      {"alternative_narrowed",
       input(one(R"({"anyOf":[{"type":"null"},{"enum":["x","y"]}]})")),
       input(one(R"({"anyOf":[{"type":"null"},{"enum":["x"]}]})")),
       {"breaking " + kA + "/anyOf/1/enum"}},
      {"made_nullable_by_any_of",
       input(one(R"({"type":"string"})")),
       input(one(R"({"anyOf":[{"type":"string"},{"type":"null"}]})")),
       {"additive " + kA + "/anyOf"}},
      {"no_longer_nullable",
       input(one(R"({"anyOf":[{"type":"string"},{"type":"null"}]})")),
       input(one(R"({"type":"string"})")),
       {"breaking " + kA + "/anyOf"}},
      {"all_of_grown",
       input(one(R"({"allOf":[{"type":"string"}]})")),
       input(one(R"({"allOf":[{"type":"string"},{"minLength":2}]})")),
       {"breaking " + kA + "/allOf"}},
      {"not_changed",
       input(one(R"({"not":{"type":"null"}})")),
       input(one(R"({"not":{"type":"string"}})")),
       {"risky " + kA + "/not"}},
      {"reference_introduced",
       input(one(R"({"type":"string"})")),
       input(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"string"}}})"),
       {}},
      {"behind_a_reference",
       input(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"enum":[1,2]}}})"),
       input(R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"enum":[1]}}})"),
       {"breaking " + kA + "/enum"}},
      {"name_with_slash",
       input(R"({"properties":{"x/y~z":{}}})"),
       input(R"({"properties":{}})"),
       {"breaking /inputSchema/properties/x~1y~0z"}},
      {"input_schema_gone", input("{}"), "{}", {"breaking /inputSchema"}},
  };
}

std::vector<Case> output_cases() {
  return {
      {"output_property_removed", output(one("{}")), output(R"({"type":"object"})"), {"breaking " + kOut}},
      {"output_property_added", output(R"({"type":"object"})"), output(one("{}")), {"additive " + kOut}},
      {"output_no_longer_required",
       output(R"({"properties":{"a":{}},"required":["a"]})"),
       output(R"({"properties":{"a":{}}})"),
       {"breaking /outputSchema/required"}},
      {"output_required_now",
       output(R"({"properties":{"a":{}}})"),
       output(R"({"properties":{"a":{}},"required":["a"]})"),
       {"additive /outputSchema/required"}},
      {"output_type_widened",
       output(one(R"({"type":"string"})")),
       output(one(R"({"type":["string","null"]})")),
       {"breaking " + kOut + "/type"}},
      {"output_type_narrowed",
       output(one(R"({"type":["string","null"]})")),
       output(one(R"({"type":"string"})")),
       {"additive " + kOut + "/type"}},
      {"output_enum_value_added",
       output(one(R"({"enum":[1]})")),
       output(one(R"({"enum":[1,2]})")),
       {"risky " + kOut + "/enum"}},
      {"output_enum_value_removed",
       output(one(R"({"enum":[1,2]})")),
       output(one(R"({"enum":[1]})")),
       {"additive " + kOut + "/enum"}},
      {"output_bound_loosened",
       output(one(R"({"maximum":10})")),
       output(one(R"({"maximum":20})")),
       {"risky " + kOut + "/maximum"}},
      {"output_additional_closed",
       output(R"({"type":"object"})"),
       output(R"({"type":"object","additionalProperties":false})"),
       {"additive /outputSchema/additionalProperties"}},
      {"output_schema_gone", output("{}"), "{}", {"breaking /outputSchema"}},
      {"output_schema_new", "{}", output("{}"), {"additive /outputSchema"}},
  };
}

std::vector<Case> tool_cases() {
  const auto hints = [](std::string_view hint) { return fmt::format(R"({{"annotations":{{{}}}}})", hint); };
  return {
      {"description_changed", R"({"description":"x"})", R"({"description":"y"})", {"risky /description"}},
      {"description_gone", R"({"description":"x"})", "{}", {"risky /description"}},
      {"tool_title_changed", R"({"title":"x"})", R"({"title":"y"})", {"additive /title"}},
      {"no_longer_read_only",
       hints(R"("readOnlyHint":true)"),
       hints(R"("readOnlyHint":false)"),
       {"risky /annotations/readOnlyHint"}},
      {"destructive_unless_said", hints(R"("destructiveHint":false)"), "{}", {"risky /annotations/destructiveHint"}},
      {"default_of_a_hint_said", "{}", hints(R"("destructiveHint":true,"readOnlyHint":false)"), {}},
      {"task_required", "{}", R"({"execution":{"taskSupport":"required"}})", {"breaking /execution/taskSupport"}},
      {"task_possible", "{}", R"({"execution":{"taskSupport":"optional"}})", {"additive /execution/taskSupport"}},
  };
}

}  // namespace

class ToolDiff : public ::testing::TestWithParam<Case> {};

TEST_P(ToolDiff, names_what_changed) { EXPECT_EQ(diff(GetParam().before, GetParam().after), GetParam().changes); }

const auto kName = [](const ::testing::TestParamInfo<Case>& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Inputs, ToolDiff, ::testing::ValuesIn(input_cases()), kName);
INSTANTIATE_TEST_SUITE_P(Outputs, ToolDiff, ::testing::ValuesIn(output_cases()), kName);
INSTANTIATE_TEST_SUITE_P(Tools, ToolDiff, ::testing::ValuesIn(tool_cases()), kName);

TEST(ToolDiff, finds_no_change_between_equal_tools) {
  for (const auto& cases : {input_cases(), output_cases(), tool_cases()}) {
    for (const auto& c : cases) {
      EXPECT_TRUE(diff(c.before, c.before).empty()) << c.name;
      EXPECT_TRUE(diff(c.after, c.after).empty()) << c.name;
    }
  }
}

TEST(ToolDiff, names_tools_that_came_and_went_gravest_first) {
  const auto changes = diff_tools({{"gone", {}}, {"kept", {}}}, {{"kept", {}}, {"came", {}}});
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].severity, "breaking");
  EXPECT_EQ(changes[0].tool, "gone");
  EXPECT_EQ(changes[1].severity, "additive");
  EXPECT_EQ(changes[1].tool, "came");
}

TEST(ToolDiff, ends_with_recursive_schemas) {
  const std::string tree =
      R"({"$ref":"#/$defs/T","$defs":{"T":{"type":"object","properties":{"left":{"$ref":"#/$defs/T"},
                               "right":{"$ref":"#/$defs/T"},"value":{"type":"TYPE"}}}}})";
  const auto with = [&](const std::string& type) {
    std::string text = tree;
    return input(text.replace(text.find("TYPE"), 4, type));
  };
  EXPECT_EQ(diff(with("string"), with("string")), std::vector<std::string>{});
  const std::string itself = input(R"({"$ref":"#"})");
  EXPECT_EQ(diff(itself, itself), std::vector<std::string>{});
}

TEST(ToolDiff, keeps_nothing_of_a_tool_that_callers_do_not_depend_on) {
  const auto surface =
      surface_of(json::parse(R"({"name":"x","_meta":{"a":1},"icons":[],"description":"d"})").as_object());
  EXPECT_EQ(surface, json::parse(R"({"description":"d"})").as_object());
}

}  // namespace weir::conformance
