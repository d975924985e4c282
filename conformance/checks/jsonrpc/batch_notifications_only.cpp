#include <algorithm>

#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_batch_notifications_only {
namespace {

/// Where no batch is taken, jsonrpc.batch.accepted says so once.
std::optional<Finding> unless_batches_are_taken(Probe& probe, wire::mcp::Dialogue& dialogue) {
  const auto asked = probe.last_request();
  const auto reply =
      post_raw(probe, dialogue, fmt::format("[{}]", jsonrpc::request("weir-batched", harmless_method(probe))));
  if (asked) { probe.pin_request(*asked); }
  const auto is_response = [](const jsonrpc::Message& message) { return message.kind == jsonrpc::Kind::response; };
  if (!reply || std::any_of(reply->messages.begin(), reply->messages.end(), is_response)) { return std::nullopt; }
  return untestable("batches of requests are refused as well, which jsonrpc.batch.accepted judges: " +
                    reply->describe());
}

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
  if (answer->http.head.status != 202 || has_body) {
    return unless_batches_are_taken(probe, *dialogue).value_or(fail("202 without a body", answer->describe()));
  }
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
    .fix = "Answer a batch in which there is no request by 202 without a body, as a single notification, not by an "
           "empty array, by 204 or by an error.",
    .faults = {"jsonrpc.batch-notifications-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_batch_notifications_only
