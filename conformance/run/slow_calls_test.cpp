// A tool that takes long is no tool that is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/judged_test.hpp"
#include "fixtures/faults/common.hpp"

namespace weir::conformance {
namespace {

using reports::Verdict;
using ::testing::HasSubstr;

bool calls(const fixtures::HttpRequest& request, std::string_view tool) {
  return request.body.find("\"tools/call\"") != std::string::npos && request.body.find(tool) != std::string::npos;
}

const fixtures::FaultRegistration kFaults{std::vector<fixtures::Fault>{
    {.name = "test.calls-take-long",
     .summary = "Each call is answered after one and a half of the second that answers are waited for.",
     .on_reply =
         [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           constexpr int kLongMs = 1500;
           if (calls(request, "")) { reply.head_delay_ms = kLongMs; }
         }},
    {.name = "test.one-tool-hangs",
     .summary = "Calls of slow_count are never answered.",
     .on_reply = [](fixtures::Scratch&, const fixtures::HttpRequest& request,
                    fixtures::HttpReply& reply) { reply.no_answer = calls(request, "slow_count"); }},
    {.name = "test.calls-hang",
     .summary = "No call is ever answered.",
     .on_reply = [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
       reply.no_answer = calls(request, "");
     }}}};

reports::CheckResult served(const std::string& fault) {
  return judge(Era::streamable, {fault}, {"tools.call.served"}).checks.front();
}

TEST(SlowCalls, are_waited_for_longer_than_other_answers) {
  const auto result = served("test.calls-take-long");
  EXPECT_EQ(result.verdict, Verdict::pass) << result.message;
}

TEST(SlowCalls, of_one_tool_are_not_judged_where_others_are_served) {
  const auto result = served("test.one-tool-hangs");
  EXPECT_EQ(result.verdict, Verdict::untestable);
  EXPECT_THAT(result.message, HasSubstr("slow_count took longer than is waited for, and other tools are served"));
}

TEST(SlowCalls, that_nobody_answers_are_lost) {
  const auto result = served("test.calls-hang");
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_THAT(result.message, HasSubstr("within 25"));
}

}  // namespace
}  // namespace weir::conformance
