#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_unknown_capability_tolerated {
namespace {

Finding run(Probe& probe) {
  // The schema calls them no closed set: what comes with a later revision stands beside those that there are.
  for (const json::object& capabilities :
       {json::object{{"experimental", {{"weir.example/unknown", json::object{}}}}},
        json::object{{"extensions", {{"weir.example/unknown", json::object{}}}}, {"weirUnknown", json::object{}}}}) {
    auto dialogue = probe.dialogue([&](auto& options) { options.capabilities = capabilities; });
    if (!dialogue) {
      return probe.not_opened(dialogue.error(), "a result of initialize, with " + json::serialize(capabilities));
    }
  }
  return pass("initialize gave results");
}

const Registration kCheck{{
    .id = "lifecycle.unknown-capability.tolerated",
    .title = "a client capability that the server does not know is ignored",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#capability-negotiation",
    .consequence = "Each new client feature would lock its users out of older servers.",
    .fix = "Ignore client capabilities that the server does not know: allow additional members in the type that "
           "initialize is parsed into.",
    .faults = {"lifecycle.unknown-capability-refused", "lifecycle.unnamed-capability-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_unknown_capability_tolerated
