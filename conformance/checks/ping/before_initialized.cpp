#include "conformance/ask/common.hpp"

namespace weir::conformance::ping_before_initialized {
namespace {

Finding run(Probe& probe) {
  if (harmless_method(probe) != "ping") {
    return untestable("ping is not served at any time: ping.result.empty says so");
  }
  if (probe.survey().open_error) {
    return untestable("no handshake comes to its end: " + probe.survey().open_error->detail);
  }
  auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
  if (!dialogue) { return probe.broken(dialogue.error(), "an answer to initialize"); }
  auto reply = dialogue->request("ping");
  if (!reply) { return probe.broken(reply.error(), "an empty result"); }
  if (auto bad = unless_result(*reply, "an empty result")) { return *bad; }
  return pass("answered before notifications/initialized");
}

const Registration kCheck{{
    .id = "ping.before-initialized.answered",
    .title = "ping is answered before the handshake is complete",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/ping",
    .consequence = "Clients may ping at any time; a refusal makes a slow start look like a dead server.",
    .fix = "Take ping out of the check that a session is initialized, and answer it by `{}` as soon as initialize "
           "has been answered.",
    .faults = {"ping.refused-before-initialized"},
    .run = run,
}};
const NotByCommand kNoCommand{"ping.before-initialized.answered",
                              "the request comes before notifications/initialized, in a session that is half open"};

}  // namespace
}  // namespace weir::conformance::ping_before_initialized
