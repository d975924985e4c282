#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_unknown_capability_tolerated {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue(
      [](auto& options) { options.capabilities = {{"experimental", {{"weir.example/unknown", json::object{}}}}}; });
  if (!dialogue) { return probe.not_opened(dialogue.error(), "a result of initialize"); }
  return pass("initialize gave a result");
}

const Registration kCheck{{
    .id = "lifecycle.unknown-capability.tolerated",
    .title = "a client capability that the server does not know is ignored",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#capability-negotiation",
    .consequence = "Each new client feature would lock its users out of older servers.",
    .faults = {"lifecycle.unknown-capability-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_unknown_capability_tolerated
