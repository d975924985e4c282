// What a check meets in a session that an earlier one left behind is no fault of what it asked.
#include <gtest/gtest.h>

#include <atomic>

#include "conformance/run/judged_test.hpp"
#include "fixtures/faults/common.hpp"

namespace weir::conformance {
namespace {

using reports::Verdict;

/// As of a server that ends a session with a stream that its client has dropped.
const fixtures::FaultRegistration kEnded(fixtures::Fault{
    .name = "test.session-ends-with-a-cancellation",
    .summary = "A session in which something was cancelled is not found any more.",
    .on_request = [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      const auto session = request.headers.find("Mcp-Session-Id");
      if (!session || request.method != "POST") { return false; }
      const std::string key = "test.ended." + std::string(*session);
      if (scratch.contains(key)) {
        reply.status = 404;
        reply.set_body(R"({"error":"Unknown Mcp-Session-Id."})", "application/json");
        return true;
      }
      if (request.body.find("notifications/cancelled") != std::string::npos) { scratch[key] = true; }
      return false;
    }});

std::atomic<int> g_sessions{0};  ///< That were opened and not ended.

const fixtures::FaultRegistration kCounted(fixtures::Fault{
    .name = "test.counts-sessions",
    .summary = "Serves as ever, and counts the sessions that nobody has ended.",
    .on_reply = [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      const bool opened = reply.headers.has("Mcp-Session-Id") && !request.headers.has("Mcp-Session-Id");
      g_sessions += opened ? 1 : request.method == "DELETE" && reply.status < 300 ? -1 : 0;
    }});

TEST(KeptSession, that_is_ended_is_opened_anew) {
  fixtures::ServerOptions options;
  options.faults = {"test.session-ends-with-a-cancellation"};
  const auto server = fixtures::Server::start(std::move(options)).value();
  Target target;
  look_at(target, server, Era::streamable);
  const auto outcome = run_checks(target, {.checks = {"jsonrpc.error.method-not-found", "jsonrpc.notification.no-reply",
                                                      "ping.result.empty", "tools.call.unknown-refused"},
                                           .threads = 1});
  int asked_again = 0;
  for (const auto& check : outcome.checks) {
    EXPECT_EQ(check.verdict, Verdict::pass) << check.id << ": " << check.message;
    asked_again += check.message.find("when asked again") == std::string::npos ? 0 : 1;
  }
  EXPECT_EQ(asked_again, 1) << "the check behind the one that ended the session";
}

TEST(KeptSession, is_left_behind_by_nobody) {
  const auto outcome =
      judge(Era::streamable, {"test.counts-sessions"},
            {"auth.credentials.steady", "jsonrpc.error.not-5xx", "preflight.answers.prompt", "session.id.unique"},
            "weir-key");
  for (const auto& check : outcome.checks) {
    EXPECT_EQ(check.verdict, Verdict::pass) << check.id << ": " << check.message;
  }
  EXPECT_EQ(g_sessions, 0);
}

}  // namespace
}  // namespace weir::conformance
