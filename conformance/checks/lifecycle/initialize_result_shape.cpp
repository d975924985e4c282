#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const json::value& result = dialogue->opening().result();
  const auto version = wire::as_string(wire::find(result, "protocolVersion"));
  if (!version || version->empty()) { return fail("a string protocolVersion", wire::excerpt(result, 120)); }
  for (const std::string_view member : {"capabilities", "serverInfo"}) {
    if (!wire::as_object(wire::find(result, member))) {
      return fail(fmt::format("an object {}", member), wire::excerpt(result, 120));
    }
  }
  return pass(fmt::format("{} and {} capabilities", *version, dialogue->capabilities().size()));
}

const Registration kCheck{{
    .id = "lifecycle.initialize.result-shape",
    .title = "initialize gives a protocol version, capabilities and server info",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#initialization",
    .consequence = "Typed clients refuse the whole connection when one of them is missing.",
    .faults = {"lifecycle.server-info-missing", "lifecycle.capabilities-missing"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
