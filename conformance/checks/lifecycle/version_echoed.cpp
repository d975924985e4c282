#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_version_echoed {
namespace {

Finding run(Probe& probe) {
  std::map<std::string, std::string> agreed;
  for (const std::string_view asked :
       {wire::mcp::k2024_11_05, wire::mcp::k2025_03_26, wire::mcp::k2025_06_18, wire::mcp::k2025_11_25}) {
    auto dialogue = probe.dialogue([&](auto& options) {
      options.revision = asked;
      options.send_initialized = false;
    });
    if (!dialogue) { continue; }  // Not spoken; that an unknown one is refused, lifecycle.version.counter-offer says.
    if (dialogue->revision() == asked) {
      auto whole = probe.dialogue([&](auto& options) { options.revision = asked; });
      if (!whole && asked < wire::mcp::k2025_06_18) {
        // Who wants the header that came later is told so by header.protocol-version.absent-accepted.
        whole = probe.dialogue([&](auto& options) {
          options.revision = asked;
          options.headers.set("MCP-Protocol-Version", std::string(asked));
        });
      }
      if (!whole) {
        return probe.not_opened(whole.error(), fmt::format("a conversation of {}, which was agreed to", asked));
      }
    }
    agreed[std::string(asked)] = dialogue->revision();
  }
  std::vector<std::string> spoken;
  for (const auto& [asked, got] : agreed) {
    const auto direct = agreed.find(got);
    if (direct != agreed.end() && direct->second != got) {
      return fail(fmt::format("{} when it is asked for, as it was offered for {}", got, asked), direct->second);
    }
    if (asked == got) { spoken.push_back(asked); }
  }
  if (spoken.empty()) { return untestable("none of the four revisions with a handshake was agreed to"); }
  return pass(fmt::format("speaks {}", fmt::join(spoken, ", ")));
}

const Registration kCheck{{
    .id = "lifecycle.version.echoed",
    .title = "a revision that the server supports is agreed to when it is asked for",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.version-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#version-negotiation",
    .consequence =
        "A client of that revision is moved to another one, or disconnects, although the server could serve it.",
    .fix = "Answer a revision that stands in the server's list by that same one, whatever newer one there is, and "
           "serve the whole conversation in it.",
    .faults = {"lifecycle.versions-crossed"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_version_echoed
