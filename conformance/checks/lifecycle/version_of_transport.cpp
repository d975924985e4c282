#include "conformance/probe/probe.hpp"

namespace weir::conformance::lifecycle_version_of_transport {
namespace {

/// What is agreed to when this revision is offered; empty where nothing is.
std::string agreed_to(Probe& probe, std::string_view offered) {
  const auto dialogue = probe.dialogue([&](auto& options) {
    options.revision = offered;
    options.send_initialized = false;
  });
  return dialogue ? dialogue->revision() : std::string();
}

/// The newest revision has no initialize. Who agrees to anything is red for that.
bool agrees_to_stateless(Probe& probe) {
  constexpr std::string_view kNever = "2099-01-01";
  return agreed_to(probe, wire::mcp::k2026_07_28) == wire::mcp::k2026_07_28 && agreed_to(probe, kNever) != kNever;
}

Finding run(Probe& probe) {
  const auto& asked = probe.target().profile.revision;
  if (asked && *asked <= wire::mcp::k2024_11_05) {
    return not_applicable(fmt::format("revision {} was asked for, over this transport", *asked));
  }
  if (probe.revision() > wire::mcp::k2024_11_05 && !asked && agrees_to_stateless(probe)) {
    return fail("an older revision for initialize with 2026-07-28, which has no initialize", "2026-07-28 is agreed to")
        .at("server", "Answer initialize with 2025-11-25 or older, whatever newer revision it asks for.");
  }
  if (probe.revision() > wire::mcp::k2024_11_05) { return pass(probe.revision()); }
  // Some answer with their oldest to what they do not know, and would agree to one of the others.
  for (const std::string_view offered : wire::mcp::revisions_of(Era::streamable)) {
    auto dialogue = probe.dialogue([&](auto& options) { options.revision = offered; });
    if (!dialogue) { return probe.broken(dialogue.error(), fmt::format("an answer to initialize with {}", offered)); }
    if (dialogue->revision() > wire::mcp::k2024_11_05) {
      return fail("a revision that has this transport",
                  fmt::format("2024-11-05, although {} is agreed to as well", dialogue->revision()))
          .at("server", "Answer a revision that the server does not know with the newest that it does.");
    }
  }
  return fail("a revision that has this transport: 2025-03-26 or newer",
              "Streamable HTTP that agrees to 2024-11-05 alone, whose transport is HTTP+SSE: rules that came later "
              "are not asked here")
      .at("server", "Agree to 2025-03-26 or newer at this endpoint, or serve HTTP+SSE to clients of 2024-11-05.");
}

const Registration kCheck{{
    .id = "lifecycle.version.of-transport",
    .title = "the negotiated revision is one that has the transport in use",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports",
    .consequence = "Strict clients give up after initialize, or send what the revision does not know.",
    .fix = "Let initialize agree to 2025-03-26 and newer ones up to 2025-11-25, and answer a revision that is "
           "unknown, or has no initialize, by the newest of them.",
    .faults = {"lifecycle.agrees-to-2024-11-05", "lifecycle.offers-2024-11-05", "lifecycle.agrees-to-2026-07-28"},
    .shown_since = {{"lifecycle.offers-2024-11-05", "2025-11-25",
                     "the older revisions are agreed to when they are asked for"},
                    {"lifecycle.agrees-to-2026-07-28", "2025-11-25", "who asks for an older revision gets that one"}},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_version_of_transport
