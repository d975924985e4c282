#include "wire/json/pretty_json.hpp"

#include <gtest/gtest.h>

#include "wire/base/text.hpp"
#include "wire/json/json.hpp"

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

}  // namespace
}  // namespace weir::wire
