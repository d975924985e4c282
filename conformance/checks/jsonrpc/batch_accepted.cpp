#include <algorithm>

#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_batch_accepted {
namespace {

/// Whether the answers to a batch of the two requests are there.
bool has_both(const RawAnswer& answer) {
  const auto is_answered = [&](const json::value& id) {
    return std::any_of(answer.messages.begin(), answer.messages.end(), [&](const auto& message) {
      return message.kind == jsonrpc::Kind::response && message.answers(id);
    });
  };
  return is_answered("weir-a") && is_answered("weir-b");
}

/// Whether the header that came with a later revision is all that the batch lacks.
bool is_served_with_version(Probe& probe, const std::string& body) {
  auto dialogue = probe.dialogue([](auto& options) {
    options.revision = wire::mcp::k2025_03_26;
    options.headers.set("MCP-Protocol-Version", std::string(wire::mcp::k2025_03_26));
  });
  if (!dialogue) { return false; }
  const auto answer = post_raw(probe, *dialogue, body);
  return answer && has_both(*answer);
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue([](auto& options) { options.revision = wire::mcp::k2025_03_26; });
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (dialogue->revision() != wire::mcp::k2025_03_26) {
    return not_applicable("the server does not speak 2025-03-26, the one revision with batches, but " +
                          dialogue->revision());
  }
  const std::string body = fmt::format("[{},{},{}]", jsonrpc::request("weir-a", harmless_method(probe)),
                                       jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-none"}}),
                                       jsonrpc::request("weir-b", harmless_method(probe)));
  auto answer = post_raw(probe, *dialogue, body);
  const std::string expected = "a response to each of the two requests";
  if (!answer) { return probe.broken(answer.error(), expected); }
  if (!has_both(*answer)) {
    const auto asked = probe.last_request();
    if (answer->http_error() && is_served_with_version(probe, body)) {
      return untestable("it is served with MCP-Protocol-Version, which header.protocol-version.absent-accepted says");
    }
    if (asked) { probe.pin_request(*asked); }
    return fail(expected, answer->describe());
  }
  return pass("both requests of the batch were answered");
}

const Registration kCheck{{
    .id = "jsonrpc.batch.accepted",
    .title = "in 2025-03-26 a batch is accepted and each of its requests answered",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"jsonrpc.batch.receive"},
    .source = "https://modelcontextprotocol.io/specification/2025-03-26/basic#batching",
    .consequence = "A client of that revision may bundle its calls; a refusal loses all of them.",
    .fix = "Take an array as the body in a session of 2025-03-26 and answer each request in it, or take that "
           "revision off the list of those that the server supports.",
    .faults = {"jsonrpc.batch-refused", "jsonrpc.batch-one-answer"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_batch_accepted
