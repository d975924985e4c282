#include "conformance/probe/probe.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  const auto& asked = probe.target().profile.revision;
  if (asked && *asked <= wire::mcp::k2024_11_05) {
    return not_applicable(fmt::format("revision {} was asked for, over this transport", *asked));
  }
  if (probe.revision() <= wire::mcp::k2024_11_05) {
    return fail("a revision that has this transport: 2025-03-26 or newer", "2024-11-05, which has no such transport")
        .at("server", "Agree to 2025-03-26 or newer at this endpoint, or serve HTTP+SSE to clients of 2024-11-05.");
  }
  return pass(probe.revision());
}

const Registration kCheck{{
    .id = "lifecycle.version.of-transport",
    .title = "the negotiated revision is one that has the transport in use",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports",
    .consequence = "Strict clients give up after initialize, or send what the revision does not know.",
    .faults = {"lifecycle.agrees-to-2024-11-05"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
