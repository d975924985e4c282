#include <algorithm>

#include "conformance/checks/reconnect/common.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kQuick{1000};

Finding run(Probe& probe) {
  if (!probe.survey().sessions) {
    return not_applicable("the server issues no sessions");
  }
  auto dialogue = probe.dialogue();
  if (!dialogue) {
    return probe.broken(dialogue.error(), "a conversation");
  }
  const auto idle = std::max(kQuick, probe.target().hold);
  probe.pause(idle);
  if (probe.out_of_time()) {
    return untestable("the run ended before the session had been idle for so long");
  }
  const std::string expected = fmt::format("a result, or 404, after {} ms without a request", idle.count());
  const std::string fix = "Answer 404 once a session has expired, and let it live longer than clients are silent.";
  auto reply = dialogue->request("ping");
  if (!reply) {
    Finding finding = probe.broken(reply.error(), expected);
    return finding.verdict == reports::Verdict::fail ? std::move(finding).at("server", fix) : finding;
  }
  if (reply->http.head.status == 404) {
    return pass(fmt::format("HTTP 404 after {} ms: clients begin anew", idle.count()));
  }
  if (!reply->is_result()) {
    return fail(expected, reply->describe()).at("server", fix);
  }
  return pass(fmt::format("answered after {} ms", idle.count()));
}

const Registration kCheck{{
    .id = "reconnect.session.idle-answered",
    .title = "a session that was idle is answered as before, or by 404",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "The tools disappear in the middle of a conversation, and clients that get no 404 stay dead.",
    .faults = {"reconnect.idle-session-400", "reconnect.idle-session-hangs"},
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
