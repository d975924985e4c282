#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_resource_uri {
namespace {

constexpr const char* kNothing = "no call that may be made gave a resource, or a link to one";

/// The URI by which a block names a resource; nullopt where it names none. That the member is missing, or no string,
/// is told by tools.call.content-valid.
std::optional<std::string_view> uri_of(const json::value& block) {
  const std::string_view type = wire::string_or(block, "type", "");
  const json::value* resource = type == "resource_link" ? &block
                                : type == "resource"    ? wire::find(block, "resource")
                                                        : nullptr;
  return resource ? wire::as_string(wire::find(*resource, "uri")) : std::nullopt;
}

Finding run(Probe& probe) {
  const auto finding = judge_calls(
      probe, kNothing, [](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
        const json::array* blocks = wire::as_array(wire::find(reply.result(), "content"));
        for (const json::value& block : blocks ? *blocks : json::array{}) {
          const auto uri = uri_of(block);
          if (!uri) { continue; }
          ++looked;
          if (is_uri(*uri)) { continue; }
          return fail("an absolute URI in " + std::string(wire::string_or(block, "type", "")),
                      fmt::format("'{}' in the result of {}", wire::excerpt(*uri, 100), call.name))
              .at("server",
                  "Write the whole URI, its scheme included, and encode what RFC 3986 does not allow in one.");
        }
        return std::nullopt;
      });
  return finding.message == kNothing ? not_applicable(kNothing) : finding;
}

const Registration kCheck{{
    .id = "tools.call.resource-uri",
    .title = "resources in the result of a call are named by absolute URIs",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.content.embedded-resource", "tools.content.resource-link"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#resource-links",
    .consequence = "Clients parse the URI before they show or read it, and fail on the whole result.",
    .fix = "Write whole URIs, scheme included, into resource and resource_link blocks, and percent-encode spaces and "
           "whatever else RFC 3986 does not allow.",
    .faults = {"tools.resource-uri-relative", "tools.link-uri-with-space"},
    .fixture = "resource-links",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_resource_uri
