// Where nothing answers whoever opens a conversation, a hundred checks do not wait for it in full each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/matrix/null_server_test.hpp"
#include "conformance/run/judged_test.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kTimeout{2500};

TEST(OpenedInVain, is_waited_for_in_full_by_a_few_and_verifies_nothing) {
  const NullServer server({.nothing = Nothing::accepted, .announces = true});
  Target target;
  target.url = server.url();
  target.answer_timeout = kTimeout;
  target.detection = wire::mcp::detect({.url = target.url, .timeout = kTimeout, .only = Era::http_sse});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
  const auto outcome =
      run_checks(target, {.checks = {"http-sse.post.unknown-session", "jsonrpc.error.invalid-request",
                                     "jsonrpc.error.method-not-found", "jsonrpc.error.parse", "jsonrpc.id.unicode",
                                     "jsonrpc.id.zero", "jsonrpc.params.meta-accepted", "ping.result.empty"},
                          .threads = 1});
  int hurried = 0, in_full = 0;
  for (const auto& check : outcome.checks) {
    EXPECT_NE(check.verdict, reports::Verdict::fail) << check.id << ": " << check.message;
    ++(check.duration_ms < kTimeout.count() ? hurried : in_full);
  }
  EXPECT_GE(hurried, 2);
  EXPECT_GE(in_full, 1);  // One check may open several in vain.
}

}  // namespace
}  // namespace weir::conformance
