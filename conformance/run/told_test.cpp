#include "conformance/run/told.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {

TEST(Told, is_the_same_error_in_other_words_around_it) {
  const std::string reason = "20 of 22 requests are refused (20 x JSON-RPC error -32600 'Server not initialized') (id)";
  EXPECT_TRUE(says_the_same(reason, "HTTP 202, JSON-RPC error -32600 'Server not initialized' (1 of 4)"));
  EXPECT_FALSE(says_the_same(reason, "HTTP 202, JSON-RPC error -32600 'Invalid Request'"));
  EXPECT_TRUE(says_the_same(reason, R"(HTTP 200 '{"error":{"message":"Server not initialized"}}')"));
  EXPECT_TRUE(says_the_same(reason, R"(HTTP 200 '{"error":{"code":-32600,"message":"Server ...')"));
  EXPECT_FALSE(says_the_same(reason, R"(HTTP 200 '{"error":{"code":-32600,"message":"Session ...')"));
  const std::string cut = "11 lost (11 x HTTP 503, JSON-RPC error -32001 'The session is unknown on this ...')";
  EXPECT_TRUE(says_the_same(cut, "HTTP 503, JSON-RPC error -32001 'The session is unknown on this instance'"));
  EXPECT_FALSE(says_the_same("JSON-RPC error -1 'no'", "nothing"));
  EXPECT_FALSE(says_the_same("a stream keeps everybody out", "HTTP 404"));
}

/// Follows what implies a check, and what implies that.
void expect_no_circle(std::string_view check, std::string_view origin) {
  for (const auto by : what_implies(check)) {
    EXPECT_NE(find_check(by), nullptr) << check << " by " << by;
    ASSERT_NE(by, origin);
    expect_no_circle(by, origin);
  }
}

TEST(Told, has_no_checks_that_imply_each_other) {
  std::size_t implied = 0;
  for (const auto& info : catalogue()) {
    implied += what_implies(info.id).empty() ? 0 : 1;
    expect_no_circle(info.id, info.id);
  }
  EXPECT_GT(implied, 20U);
}

TEST(Told, implies_what_is_no_worse_and_of_the_same_era) {
  reports::CheckResult one, more;
  one.verdict = more.verdict = reports::Verdict::warn;
  one.era = more.era = "http-sse";
  one.id = "http-sse.post.after-close";
  more.id = "http-sse.post.prompt";
  EXPECT_FALSE(is_implied(one, more));
  more.id = "http-sse.post.unknown-session";
  EXPECT_TRUE(is_implied(one, more));
  EXPECT_FALSE(is_implied(more, one));
  one.verdict = reports::Verdict::fail;
  EXPECT_FALSE(is_implied(one, more));
  more.verdict = reports::Verdict::fail;
  EXPECT_TRUE(is_implied(one, more));
  more.era = "streamable";
  EXPECT_FALSE(is_implied(one, more));
  more.era = "";
  EXPECT_TRUE(is_implied(one, more));
}

TEST(Told, is_of_checks_that_there_are) {
  for (const char* id : {"jsonrpc.id.echoed", "session.delete.unknown-refused", "session.terminated.not-found",
                         "session.unknown.not-found", "streamable.posts.concurrent"}) {
    reports::CheckResult result;
    result.id = id;
    result.verdict = reports::Verdict::fail;
    EXPECT_TRUE(tells_what_it_saw(result)) << id;
    result.verdict = reports::Verdict::pass;
    EXPECT_FALSE(tells_what_it_saw(result)) << id;
    EXPECT_NE(find_check(id), nullptr) << id;
  }
  for (const char* id : {"jsonrpc.error.method-not-found", "tools.capability.declared", "prompts.capability.declared",
                         "resources.capability.declared"}) {
    EXPECT_NE(what_is_withheld(id), "") << id;
    EXPECT_NE(find_check(id), nullptr) << id;
  }
  EXPECT_TRUE(refuses_everything("session.conversation.kept"));
  EXPECT_NE(find_check("session.conversation.kept"), nullptr);
}

}  // namespace weir::conformance
