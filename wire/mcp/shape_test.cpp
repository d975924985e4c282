#include "wire/mcp/shape.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/mcp/era.hpp"
#include "wire/mcp/shape_examples_test.hpp"

namespace weir::wire::mcp {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> said(std::string_view revision, Part part, std::string_view method, const char* value) {
  std::vector<std::string> lines;
  for (const auto& each : shape_violations(revision, part, method, json::parse(value))) {
    lines.push_back(fmt::format("{}: {}, got {}", each.at, each.expected, each.got));
  }
  return lines;
}

std::vector<std::string> of_call(const char* result, std::string_view revision = k2025_11_25) {
  return said(revision, Part::result, "tools/call", result);
}

TEST(Shape, takes_what_a_right_server_sends) {
  for (const auto& example : shape_examples()) {
    for (const auto revision : kRevisions) {
      if (revision < example.since || revision > example.until) { continue; }
      const std::string json(example.json);
      EXPECT_TRUE(knows_shape(revision, example.part, example.method)) << revision << " " << example.method;
      EXPECT_THAT(said(revision, example.part, example.method, json.c_str()), ElementsAre())
          << revision << " " << example.method << " " << json;
    }
  }
}

TEST(Shape, has_an_example_of_every_message) {
  for (const auto revision : kRevisions) {
    for (const auto& subject : shape_subjects(revision)) {
      const bool shown =
          std::any_of(shape_examples().begin(), shape_examples().end(), [&](const ShapeExample& example) {
            return example.part == subject.part && example.method == subject.method && example.since <= revision &&
                   revision <= example.until;
          });
      EXPECT_TRUE(shown || subject.method == "subscriptions/listen") << revision << " " << subject.method;
    }
  }
}

TEST(Shape, names_the_place_and_what_belongs_there) {
  EXPECT_THAT(of_call("[]"), ElementsAre(": an object, got []"));
  EXPECT_THAT(of_call("null"), ElementsAre(": an object, got null"));
  EXPECT_THAT(of_call("{}"), ElementsAre("/content: an array, got nothing"));
  EXPECT_THAT(of_call(R"({"content": {}, "isError": "no"})"),
              ElementsAre("/content: an array, got {}", "/isError: a boolean, got \"no\""));
  EXPECT_THAT(said(k2025_06_18, Part::result, "tools/list", R"({"tools": [{"name": "a~/b", "inputSchema":
                   {"type": "object", "properties": {"a~/b": true}}}]})"),
              ElementsAre("/tools/0/inputSchema/properties/a~0~1b: an object, got true"));
}

TEST(Shape, says_what_is_wrong_with_the_form_that_was_meant) {
  EXPECT_THAT(of_call(R"({"content": [{"type": "image", "data": "AA=="}]})"),
              ElementsAre("/content/0/mimeType: a string, got nothing"));
  EXPECT_THAT(of_call(R"({"content": [{"type": "image", "data": "not Base64!", "mimeType": "image/png"}]})"),
              ElementsAre("/content/0/data: a string in Base64, got \"not Base64!\""));
  EXPECT_THAT(of_call(R"({"content": [{"type": "video"}]})"),
              ElementsAre("/content/0/type: \"text\" or \"image\" or \"audio\" or \"resource_link\" or \"resource\", "
                          "got \"video\""));
  EXPECT_THAT(of_call(R"({"content": ["text"]})"), ElementsAre("/content/0: an object, got \"text\""));
  EXPECT_THAT(said(k2025_11_25, Part::result, "resources/read", R"({"contents": [{"uri": "weir://a"}]})"),
              ElementsAre("/contents/0/text: a string or a string in Base64 as /blob, got nothing"));
  EXPECT_THAT(of_call(R"({"resultType": "complete"})", k2026_07_28), ElementsAre("/content: an array, got nothing"));
  EXPECT_THAT(of_call(R"({"resultType": "input_required", "requestState": 7})", k2026_07_28),
              ElementsAre("/requestState: a string, got 7"));
}

TEST(Shape, holds_null_for_no_absence) {
  EXPECT_THAT(said(k2025_11_25, Part::result, "tools/list", R"({"tools": [], "nextCursor": null})"),
              ElementsAre("/nextCursor: a string, got null"));
  EXPECT_THAT(of_call(R"({"content": [], "structuredContent": null})"),
              ElementsAre("/structuredContent: an object, got null"));
  EXPECT_THAT(of_call(R"({"resultType": "complete", "content": [], "structuredContent": null})", k2026_07_28),
              ElementsAre());
}

TEST(Shape, knows_what_each_revision_brought) {
  constexpr const char* kAudio = R"({"content": [{"type": "audio", "data": "AA==", "mimeType": "audio/wav"}]})";
  EXPECT_THAT(of_call(kAudio, k2024_11_05), ::testing::SizeIs(1));
  EXPECT_THAT(of_call(kAudio, k2025_03_26), ElementsAre());
  constexpr const char* kTitle = R"({"tools": [{"name": "a", "title": 7, "inputSchema": {"type": "object"}}]})";
  EXPECT_THAT(said(k2025_03_26, Part::result, "tools/list", kTitle), ElementsAre());
  EXPECT_THAT(said(k2025_06_18, Part::result, "tools/list", kTitle), ElementsAre("/tools/0/title: a string, got 7"));
  EXPECT_FALSE(knows_shape(k2026_07_28, Part::result, "initialize"));
  EXPECT_FALSE(knows_shape(k2025_11_25, Part::result, "server/discover"));
  EXPECT_FALSE(knows_shape(k2025_11_25, Part::result, "weir/unknown"));
}

TEST(Shape, is_bounded_in_what_it_says) {
  std::string items;
  for (int i = 0; i < 100; ++i) { items += i == 0 ? "7" : ",7"; }
  EXPECT_THAT(of_call(("{\"content\": [" + items + "]}").c_str()), ::testing::SizeIs(kShapeViolations));
}

}  // namespace
}  // namespace weir::wire::mcp
