#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_version_present {
namespace {

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  bool on_stream = false;  ///< What is no message at all came unasked.
  for (const auto& heard : probe.in_time(traffic->heard)) {
    places.looked();
    if (wire::string_or(heard.message.raw, "jsonrpc", "") != "2.0") {
      on_stream = on_stream || (!heard.post && heard.message.method.empty() && !heard.message.is_reply());
      places.broken(heard.in, wire::excerpt(heard.message.raw, 100));
    }
  }
  auto finding =
      judged(probe, places, "\"jsonrpc\": \"2.0\" in every message", "messages", "the server sent no message");
  if (!on_stream || finding.verdict != reports::Verdict::fail) { return finding; }
  return std::move(finding).at("server",
                               "Send heartbeats as comments (lines that begin with a colon): what is sent as "
                               "an event has to be a JSON-RPC message.");
}

const Registration kCheck{{
    .id = "jsonrpc.version.present",
    .title = "every message of the server is JSON-RPC, and says jsonrpc \"2.0\"",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.version-member"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Strict clients end the stream at what is no JSON-RPC, or drop it: an answer among it is lost.",
    .fix = "Put the member jsonrpc with the string 2.0 into every message, those of gateways and error handlers "
           "too, and send heartbeats as comments, not as events.",
    .faults = {"jsonrpc.version-missing"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_version_present
