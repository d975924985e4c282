#include "conformance/ask/shapes.hpp"

namespace weir::conformance::tools_call_content_valid {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "tools.call.content-valid",
                      {.expected = "content blocks with the members of their type",
                       .looked_at = "content blocks",
                       .nothing = "no call gave content"});
}

const Registration kCheck{{
    .id = "tools.call.content-valid",
    .title = "content blocks have the members of their type",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.call.result-shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-result",
    .consequence = "A block that clients cannot read is lost, or fails the whole result.",
    .fix = "Give a block one of these types with its members: text (text), image or audio (bare Base64 in data, "
           "mimeType), resource (resource), resource_link (uri, name); leave null members out.",
    .faults = {"tools.content-unknown-type", "tools.content-text-missing"},
    .fixture = "profile",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_content_valid
