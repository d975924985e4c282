#include "wire/json/pretty_json.hpp"

#include <gtest/gtest.h>

#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"
#include "wire/json/json.hpp"
#include "wire/json/yaml_reader.hpp"

namespace weir::wire {
namespace {

TEST(PrettyJson, says_the_same_to_a_parser_and_nothing_to_a_terminal_or_a_ci_service) {
  const std::string hostile =
      "a\x7f\xc2\x9b\xe2\x80\xae\xc2\xad\xf3\xa0\x81\x81 ##vso[x] ##[y] ::error::z \\##[ \\\\::warning::";
  const json::value value = {{"text", hostile}, {"##[name]", json::array{hostile, "caf\xc3\xa9 [::1]"}}};
  const std::string text = pretty_json(value);
  const Result<JsonText> parsed = parse_json(text);
  ASSERT_TRUE(parsed) << text;
  EXPECT_EQ(parsed->value, value);
  for (std::size_t at = 0; at < text.size(); ++at) {
    EXPECT_FALSE(begins_ci_command(std::string_view(text).substr(at))) << text.substr(at);
  }
  EXPECT_NE(text.find("a\\u007f\\u009b\\u202e\\u00ad\\udb40\\udc41"), std::string::npos) << text;
  EXPECT_NE(text.find("caf\xc3\xa9 [::1]"), std::string::npos) << text;
}

TEST(PrettyJson, is_read_back_in_every_plane_as_json_and_as_yaml) {
  constexpr char32_t kBlock = 0x400, kEnd = 0x110000;
  for (char32_t block = 0; block < kEnd; block += kBlock) {
    // What is obeyed stands in the first two planes and in the one of the tags; of the others some will do.
    const char32_t plane = block >> 16, stride = plane < 2 || plane == 14 ? 1 : 15;
    std::string text;
    for (char32_t c = block; c < block + kBlock; c += stride) {
      if (c < 0xd800 || c > 0xdfff) { append_code_point(text, c); }
    }
    const std::string written = json::serialize(json::string(text));
    const Result<JsonText> parsed = parse_json(inert_json(written));
    ASSERT_TRUE(parsed) << static_cast<std::uint32_t>(block);
    EXPECT_EQ(parsed->value, json::value(text)) << static_cast<std::uint32_t>(block);
    const std::string yaml = inert_yaml(written);
    try {
      EXPECT_EQ(YAML::Load(yaml).as<std::string>(), text) << static_cast<std::uint32_t>(block);
    } catch (const YAML::Exception& error) { ADD_FAILURE() << error.what() << " at " << yaml; }
    std::string_view shown = yaml;
    while (!shown.empty()) {
      const Utf8Step step = decode_utf8(shown);
      EXPECT_FALSE(is_obeyed(static_cast<std::uint32_t>(step.code_point))) << yaml;
      shown.remove_prefix(step.length);
    }
  }
}

}  // namespace
}  // namespace weir::wire
