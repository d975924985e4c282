#include "conformance/ask/control.hpp"

namespace weir::conformance::lifecycle_version_served_agreed {
namespace {

/// Whether what is asked with this MCP-Protocol-Version is served, in the shared conversation.
bool serves(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view revision) {
  auto request = dialogue.make_post(jsonrpc::request("weir-version", harmless_method(probe)));
  request.headers.set("MCP-Protocol-Version", std::string(revision));
  const auto answer = probe.send(request);
  return answer && has_result(*answer);
}

/// 2025-06-18 transports, "Protocol Version Header": a revision that is not supported is answered 400. Who does so, and
/// serves another one, says that it supports that.
Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  if (serves(probe, shared->get(), "1999-01-01")) {
    return untestable("any MCP-Protocol-Version is served, which tells of none");
  }
  for (const std::string_view asked : {wire::mcp::k2025_03_26, wire::mcp::k2025_06_18}) {
    auto dialogue = probe.dialogue([&](auto& options) {
      options.revision = asked;
      options.send_initialized = false;
    });
    if (!dialogue || dialogue->revision() == asked) { continue; }
    // An older one comes from who does not know the one that was asked for.
    if (dialogue->revision() < asked || !serves(probe, shared->get(), asked)) { continue; }
    probe.pin_request(dialogue->opening().http.request);
    return fail(fmt::format("initialize agrees to {}, which is served", asked),
                fmt::format("{} for it, although requests with MCP-Protocol-Version: {} are served, and those with one "
                            "that does not exist are refused",
                            dialogue->revision(), asked))
        .at("server", "Answer initialize with the revision that was asked for wherever it is supported.");
  }
  return beside_a_call(probe, pass("whatever older revision is served is agreed to"));
}

const Registration kCheck{{
    .id = "lifecycle.version.served-agreed",
    .title = "initialize agrees to the revisions that the server accepts in MCP-Protocol-Version",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-06-18",
    .requirements = {"lifecycle.initialize.version-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#version-negotiation",
    .consequence = "A client that knows the older revision alone has to disconnect, although it could be served.",
    .fix = "Use one list of revisions for initialize and for the check of MCP-Protocol-Version, and agree to what "
           "was asked for wherever it is in that list.",
    .faults = {"lifecycle.newest-always"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_version_served_agreed
