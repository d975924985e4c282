#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_initialized_accepted {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
  if (!dialogue) { return probe.broken(dialogue.error(), "an answer to initialize"); }
  auto reply = dialogue->notify("notifications/initialized");
  if (!reply) { return probe.broken(reply.error(), "202 for notifications/initialized"); }
  if (!reply->http.ok()) { return fail("202 for notifications/initialized", describe(reply->http)); }
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
    .consequence = "The handshake never completes, and strict clients stop there.",
    .faults = {"lifecycle.initialized-refused"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_initialized_accepted
