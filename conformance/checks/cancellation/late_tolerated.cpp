#include "conformance/checks/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) {
    return probe.broken(dialogue.error(), "a conversation");
  }
  auto first = dialogue->request("ping", nullptr, {.id = "weir-late"});
  if (!first) {
    return probe.broken(first.error(), "an answer to ping");
  }
  auto sent =
      dialogue->notify("notifications/cancelled", {{"requestId", "weir-late"}, {"reason", "conformance check"}});
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
    .id = "cancellation.late.tolerated",
    .title = "a cancellation that comes after the answer does no harm",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"cancellation.race-tolerated"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "Cancellations cross with answers on every slow network.",
    .faults = {"cancellation.late-kills"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
