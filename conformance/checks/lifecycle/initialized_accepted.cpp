#include "conformance/ask/common.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::lifecycle_initialized_accepted {
namespace {

/// What is refused together with the notification: everything after initialize is, and for its head.
std::optional<Finding> refused_for_its_head(Probe& probe, wire::mcp::Dialogue& dialogue,
                                            const wire::Exchange& refusal) {
  const std::string said = describe(refusal);
  if (!dialogue.session_id() && wire::lower(refusal.body).find("session") != std::string::npos) {
    return fail("an Mcp-Session-Id with the answer to initialize, as it is asked for afterwards",
                "initialize brought no Mcp-Session-Id, and what follows is refused without one: " + said)
        .at("server, or the proxy before it",
            "Let the proxy pass Mcp-Session-Id on with the answer to initialize, as with requests.");
  }
  wire::Request bare = dialogue.make_post(jsonrpc::notification("notifications/initialized"));
  if (!bare.headers.has("MCP-Protocol-Version")) { return std::nullopt; }
  bare.headers.remove("MCP-Protocol-Version");
  const auto answer = probe.send(bare);
  if (!answer || !answer->ok()) { return std::nullopt; }
  probe.pin_request(refusal.request);
  return fail(fmt::format("the revision that initialize agrees to, {}, to be taken as MCP-Protocol-Version",
                          dialogue.revision()),
              fmt::format("MCP-Protocol-Version: {} is refused, and without the field the same is accepted: {}",
                          dialogue.revision(), said))
      .at("server, or the gateway before it",
          "Let one list of revisions answer initialize and check the header; a gateway sends its own to each server.");
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
  if (!dialogue) { return probe.broken(dialogue.error(), "an answer to initialize"); }
  auto reply = dialogue->notify("notifications/initialized");
  if (!reply) { return probe.broken(reply.error(), "202 for notifications/initialized"); }
  if (!reply->http.ok()) {
    if (auto deeper = refused_for_its_head(probe, *dialogue, reply->http)) { return *std::move(deeper); }
    return fail("202 for notifications/initialized", describe(reply->http));
  }
  return pass(fmt::format("HTTP {}", reply->http.head.status));
}

const Registration kCheck{{
    .id = "lifecycle.initialized.accepted",
    .title = "notifications/initialized is accepted",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-03-26",
    .requirements = {"lifecycle.initialized-accepted"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#initialization",
    .consequence = "The handshake never completes: clients stop there, or wait for their time-out.",
    .fix = "Answer notifications/initialized by 202, take the revision that initialize agreed to in "
           "MCP-Protocol-Version, and let proxies pass Mcp-Session-Id both ways.",
    .faults = {"lifecycle.initialized-refused", "lifecycle.session-id-dropped", "lifecycle.agreed-version-refused"},
    .shown_since = {{"lifecycle.agreed-version-refused", "2025-06-18", "the header came with that revision"}},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_initialized_accepted
