#include "conformance/checks/common.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kQuick{2000};
constexpr int kNotFound = 404;

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) {
    return probe.broken(dialogue.error(), "a conversation");
  }
  if (!dialogue->session_id()) {
    return not_applicable("the server issues no sessions");
  }
  const auto silence = probe.target().hold.count() > 0 ? probe.target().hold : kQuick;
  const double silence_s = std::chrono::duration<double>(silence).count();
  probe.pause(silence);
  if (probe.out_of_time()) {
    return untestable("the run ended while the session was left alone");
  }
  const auto reply = dialogue->request("ping");
  const std::string expected = fmt::format("an answer, or HTTP 404, after {:.1f} s without a request", silence_s);
  if (!reply) {
    return probe.broken(reply.error(), expected);
  }
  if (reply->is_result()) {
    return pass(fmt::format("answered after {:.1f} s without a request", silence_s));
  }
  if (reply->http.head.status == kNotFound) {
    return pass(fmt::format("expired within {:.1f} s, and says so by HTTP 404: clients begin anew", silence_s));
  }
  return fail(expected, reply->describe())
      .at("server", "Keep sessions for longer than clients are silent, and answer 404 for those that are gone.");
}

const Registration kCheck{{
    .id = "idle.session.kept",
    .title = "a session that was left alone still answers, or is said to be gone",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Clients begin anew on 404 only: any other answer takes their tools away in mid-conversation.",
    .faults = {"idle.session-lost"},
    .fixture = "idle-held",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
