#include <algorithm>

#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_version_newest_offered {
namespace {

Finding run(Probe& probe) {
  std::string newest;
  std::string offered;
  for (const std::string_view asked : {std::string_view("2099-01-01"), wire::mcp::k2024_11_05, wire::mcp::k2025_03_26,
                                       wire::mcp::k2025_06_18, wire::mcp::k2025_11_25}) {
    auto dialogue = probe.dialogue([&](auto& options) {
      options.revision = asked;
      options.send_initialized = false;
    });
    if (!dialogue && asked != "2099-01-01") { continue; }  // Not spoken.
    if (!dialogue) { return untestable("an unknown revision is refused, which lifecycle.version.counter-offer says"); }
    if (asked == "2099-01-01") {
      offered = dialogue->revision();
    } else if (dialogue->revision() == asked) {
      newest = std::max(newest, std::string(asked));
    }
  }
  if (newest.empty()) { return untestable("no revision was agreed to"); }
  if (offered < newest) { return fail(newest + ", which the server speaks", offered); }
  return pass("offers " + offered);
}

const Registration kCheck{{
    .id = "lifecycle.version.newest-offered",
    .title = "the revision offered for an unknown one is the newest that the server speaks",
    .level = Level::should,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.version-counter-latest"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#version-negotiation",
    .consequence = "Clients are held on an old revision without the features that both sides have.",
    .fix = "Offer the newest revision of the server's list, by date, where the one that was asked for is not in "
           "it, or upgrade an SDK that offers an older one.",
    .faults = {"lifecycle.oldest-offered"},
    .fault_eras = {"streamable"},
    .run = run,
}};
const NotByCommand kNoCommand{"lifecycle.version.newest-offered",
                              "it takes the answers to two initialize requests, side by side"};

}  // namespace
}  // namespace weir::conformance::lifecycle_version_newest_offered
