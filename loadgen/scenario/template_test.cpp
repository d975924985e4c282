#include "loadgen/scenario/template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;

const TemplateWords kWords{.sequence = 7, .stream = 42, .now_ms = 1'795'266'123'456};

std::string render(std::string_view text) {
  const wire::Result<Template> made = Template::compile(wire::parse_json(text)->value);
  EXPECT_TRUE(made) << (made ? "" : made.error().detail);
  std::mt19937_64 random(1);
  std::string out;
  made->render(kWords, random, out);
  return out;
}

TEST(Template, leaves_what_has_no_placeholder) {
  for (const char* text : {"{}", "[]", "null", "{\"a\":[1,2.5e0,true,null,{\"b\":\"c\"}],\"d\":\"\"}",
                           "{\"quo\\\"te\":\"line\\n \\\\ {x} }}\"}"}) {
    EXPECT_EQ(wire::parse_json(render(text))->value, wire::parse_json(text)->value) << text;
  }
}

TEST(Template, fills_strings_and_makes_numbers) {
  EXPECT_EQ(render(R"({"n":"{{seq}}","s":"call {{seq}} of {{stream}}","t":"{{ now_ms }}"})"),
            R"({"n":7,"s":"call 7 of 42","t":1795266123456})");
  EXPECT_EQ(render(R"(["{{seq}}{{stream}}","\"{{seq}}\"","{{seq}} "])"), R"(["742","\"7\"","7 "])");
}

TEST(Template, leaves_names_of_members) { EXPECT_EQ(render(R"({"{{seq}}":1})"), R"({"{{seq}}":1})"); }

TEST(Template, makes_uuids_of_version_4) {
  const wire::Result<Template> made = Template::compile("{{uuid}}");
  std::mt19937_64 random(3);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    std::string out;
    made->render(kWords, random, out);
    ASSERT_EQ(out.size(), 38u);
    for (const std::size_t dash : {9u, 14u, 19u, 24u}) { ASSERT_EQ(out[dash], '-') << out; }
    ASSERT_EQ(out[15], '4') << out;
    ASSERT_THAT("89ab", HasSubstr(std::string(1, out[20]))) << out;
    seen.insert(out);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Template, draws_numbers_below_their_bound) {
  const wire::Result<Template> made = Template::compile("{{random 3}}");
  std::mt19937_64 random(3);
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    std::string out;
    made->render(kWords, random, out);
    seen.insert(out);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"0", "1", "2"}));
}

TEST(Template, refuses_what_it_does_not_know) {
  for (const char* text : {"{{sequence}}", "{{}}", "{{random}}", "{{random 0}}", "{{random -1}}", "{{random x}}"}) {
    const wire::Result<Template> made = Template::compile(text);
    ASSERT_FALSE(made) << text;
    EXPECT_THAT(made.error().detail, HasSubstr(text));
    EXPECT_THAT(made.error().detail, HasSubstr("{{random N}}"));
  }
  EXPECT_THAT(Template::compile("{{streem}}").error().detail, HasSubstr("did you mean '{{stream}}'?"));
  EXPECT_THAT(Template::compile("{{random}}").error().detail, HasSubstr("did you mean '{{random N}}'?"));
  EXPECT_THAT(Template::compile("{{nope}}").error().detail, HasSubstr("is no placeholder: there are {{uuid}}"));
  const wire::Result<Template> open = Template::compile(wire::json::array{"x {{seq"});
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error().detail, HasSubstr("never closes"));
}

TEST(Template, takes_a_value_verbatim) {
  std::mt19937_64 random(1);
  std::string out;
  Template::verbatim(wire::json::array{"{{x}}"}).render(kWords, random, out);
  EXPECT_EQ(out, R"(["{{x}}"])");
}

}  // namespace
}  // namespace weir::loadgen
