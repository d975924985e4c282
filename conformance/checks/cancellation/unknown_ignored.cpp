#include "conformance/checks/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) {
    return probe.broken(dialogue.error(), "a conversation");
  }
  auto sent =
      dialogue->notify("notifications/cancelled", {{"requestId", "weir-never-sent"}, {"reason", "conformance check"}});
  if (!sent) {
    return probe.broken(sent.error(), "an answer to the cancellation");
  }
  if (sent->http.head.status >= 500) {
    return fail("a cancellation that is ignored", describe(sent->http));
  }
  auto reply = dialogue->request("ping");
  if (!reply) {
    return probe.broken(reply.error(), "a session that goes on");
  }
  if (auto bad = unless_result(*reply, "a session that goes on after the cancellation")) {
    return *bad;
  }
  return pass("ignored, and the session goes on");
}

const Registration kCheck{{
    .id = "cancellation.unknown.ignored",
    .title = "the cancellation of an unknown request is ignored",
    .level = Level::should,
    .eras = kSessionEras,
    .requirements = {"cancellation.invalid-ignored"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "A client that gives up late must not lose its session.",
    .faults = {"cancellation.unknown-500"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
