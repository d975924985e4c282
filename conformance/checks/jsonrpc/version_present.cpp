#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_version_present {
namespace {

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    places.looked();
    if (wire::string_or(heard.message.raw, "jsonrpc", "") != "2.0") {
      places.broken(heard.in, wire::excerpt(heard.message.raw, 100));
    }
  }
  return judged(probe, places, "\"jsonrpc\": \"2.0\" in every message", "messages", "the server sent no message");
}

const Registration kCheck{{
    .id = "jsonrpc.version.present",
    .title = "every message of the server says jsonrpc \"2.0\"",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.version-member"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Strict clients drop a message without it, and the call seems lost.",
    .faults = {"jsonrpc.version-missing"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_version_present
