// What is refused for the handshake is told once, by the check that knows why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/judged_test.hpp"

namespace weir::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(HandshakeCauses, a_session_that_is_ready_late_is_no_matter_of_replicas) {
  const auto outcome = judge(Era::streamable, {"lifecycle.initialized-late"},
                             {"affinity.session.cookie-free", "affinity.session.shared", "lifecycle.handshake.no-race",
                              "session.conversation.kept", "tools.capability.declared"});
  EXPECT_THAT(red(outcome), ElementsAre("lifecycle.handshake.no-race"));
}

TEST(HandshakeCauses, replicas_without_shared_sessions_are_not_late) {
  const auto outcome = judge(Era::streamable, {"affinity.sessions-per-replica"},
                             {"affinity.session.shared", "lifecycle.handshake.no-race"});
  EXPECT_THAT(red(outcome), ElementsAre("affinity.session.shared"));
}

TEST(HandshakeCauses, a_handshake_that_is_forgotten_is_told_once) {
  const auto outcome = judge(Era::streamable, {"session.handshake-forgotten"},
                             {"jsonrpc.error.method-not-found", "session.conversation.kept", "tools.call.served",
                              "tools.capability.declared"});
  EXPECT_THAT(red(outcome), ElementsAre("session.conversation.kept"));
  for (const auto& check : outcome.checks) {
    if (check.id == "session.conversation.kept") { EXPECT_THAT(check.got, HasSubstr("as if there had been no")); }
  }
}

TEST(HandshakeCauses, answers_on_the_stream_of_another_client_are_told_as_such) {
  const auto outcome = judge(Era::http_sse, {"session.newest-hears-all"}, {"session.conversation.kept"});
  EXPECT_THAT(red(outcome), ElementsAre("session.conversation.kept"));
  EXPECT_THAT(outcome.checks.front().got, HasSubstr("came on the stream of the second"));
}

}  // namespace
}  // namespace weir::conformance
