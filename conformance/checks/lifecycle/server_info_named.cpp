#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const json::value info = dialogue->server_info();
  for (const std::string_view member : {"name", "version"}) {
    if (!wire::as_string(wire::find(info, member))) {
      return fail(fmt::format("a string serverInfo.{}", member), wire::excerpt(info, 100));
    }
  }
  return pass(fmt::format("{} {}", wire::string_or(info, "name", ""), wire::string_or(info, "version", "")));
}

const Registration kCheck{{
    .id = "lifecycle.server-info.named",
    .title = "serverInfo names the server and its version",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#initialization",
    .consequence = "Without a version nobody can tell which deploy a client talked to.",
    .faults = {"lifecycle.server-version-missing"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
