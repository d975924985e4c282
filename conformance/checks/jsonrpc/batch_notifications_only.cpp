#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_batch_notifications_only {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue([](auto& options) { options.revision = wire::mcp::k2025_03_26; });
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (dialogue->revision() != wire::mcp::k2025_03_26) {
    return not_applicable("the server does not speak 2025-03-26, the one revision with batches, but " +
                          dialogue->revision());
  }
  const std::string one = jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-none"}});
  auto alone = post_raw(probe, *dialogue, one);
  if (!alone) { return probe.broken(alone.error(), "202 without a body"); }
  if (alone->http_error()) {
    return untestable("the notification was refused even alone, as it may be: " + alone->describe());
  }
  if (alone->http.head.status != 202) {
    return untestable("one notification alone gets no 202 either, which streamable.notification.accepted-202 says: " +
                      alone->describe());
  }
  auto answer = post_raw(probe, *dialogue, fmt::format("[{},{}]", one, one));
  if (!answer) { return probe.broken(answer.error(), "202 without a body"); }
  // A body that one notification gets as well is no matter of the batch.
  const bool has_body = !answer->http.body.empty() && alone->http.body.empty();
  if (answer->http.head.status != 202 || has_body) { return fail("202 without a body", answer->describe()); }
  return pass("202, as for one alone");
}

const Registration kCheck{{
    .id = "jsonrpc.batch.notifications-only",
    .title = "in 2025-03-26 a batch of notifications is accepted with 202",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"jsonrpc.batch.notifications-only"},
    .source = "https://modelcontextprotocol.io/specification/2025-03-26/basic#batching",
    .consequence = "A client that bundles its notifications takes another answer for a failure.",
    .faults = {"jsonrpc.batch-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_batch_notifications_only
