// A server that forgets all sessions now and then: that is told once, whoever met it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/judged_test.hpp"

namespace weir::conformance {

TEST(ForgottenSessions, are_told_once) {
  const auto outcome =
      judge(Era::streamable, {"session.all-forgotten-now-and-then"},
            {"affinity.session.shared", "header.names.any-case", "health.truth.mcp-alive",
             "jsonrpc.error.method-not-found", "lifecycle.version.echoed", "session.all.remembered",
             "session.conversation.kept", "session.fresh-connection.works", "tools.call.invalid-arguments-refused"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("session.all.remembered"));
}

TEST(ForgottenSessions, are_no_sessions_that_make_room_or_end_each_for_itself) {
  for (const char* fault : {"session.room-for-five", "session.lost-after-four", "session.newest-alone"}) {
    const auto outcome =
        judge(Era::streamable, {fault}, {"session.all.remembered", "session.conversation.kept", "ping.result.empty"});
    EXPECT_THAT(red(outcome), ::testing::ElementsAre("session.conversation.kept")) << fault;
  }
}

}  // namespace weir::conformance
