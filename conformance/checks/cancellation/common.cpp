#include "conformance/checks/cancellation/common.hpp"

#include "conformance/probe/status.hpp"

namespace weir::conformance {

Finding cancel_in_vain(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view request_id) {
  auto sent = dialogue.notify("notifications/cancelled", {{"requestId", request_id}, {"reason", "conformance check"}});
  if (!sent) { return probe.broken(sent.error(), "an answer to the cancellation"); }
  if (sent->http.head.status >= kServerErrors) { return fail("a cancellation that is ignored", describe(sent->http)); }
  auto reply = dialogue.request(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "a session that goes on"); }
  if (auto bad = unless_result(*reply, "a session that goes on after the cancellation")) { return *bad; }
  return pass("ignored, and the session goes on");
}

}  // namespace weir::conformance
