#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_version_served {
namespace {

constexpr std::size_t kMostAsked = 8;

wire::Result<wire::Exchange> ask_in(Probe& probe, std::string_view revision) {
  if (revision >= wire::mcp::k2026_07_28) {
    return probe.send(modern_request(probe, "server/discover", json::object{}, revision));
  }
  wire::Request request = older_initialize(probe);
  edit_body(request, [&](json::object& message) { message["params"].as_object()["protocolVersion"] = revision; });
  return probe.send(request);
}

/// What came in place of being served; empty where it was, or where nothing tells of versions.
std::string refusal(const wire::Exchange& answer, std::string_view revision) {
  const auto error = body_error(answer);
  if (revision >= wire::mcp::k2026_07_28) {
    return error && error->error.code == jsonrpc::kUnsupportedVersion ? describe_error(answer) : std::string();
  }
  if (error) { return describe_error(answer); }
  for (const auto& text : message_texts(answer)) {
    const auto message = wire::parse_json(text);
    const json::value* result = message ? wire::find(message->value, "result") : nullptr;
    const auto agreed = result ? wire::string_or(*result, "protocolVersion", "") : std::string_view();
    if (!agreed.empty() && agreed != revision) { return fmt::format("{} in its place", wire::excerpt(agreed, 20)); }
    if (!agreed.empty()) { return {}; }
  }
  return answer.ok() ? std::string() : describe(answer);
}

Finding run(Probe& probe) {
  const auto discovered = probe.call("server/discover");
  if (!discovered) { return probe.broken(discovered.error(), "the versions that are supported"); }
  const json::array* versions = wire::as_array(wire::find(discovered->result(), "supportedVersions"));
  if (!versions) { return untestable("server/discover lists no versions: " + discovered->describe()); }
  std::size_t asked = 0;
  for (const json::value& version : *versions) {
    const auto revision = wire::as_string(&version);
    if (!revision || !wire::mcp::is_revision_date(*revision) || *revision == probe.revision()) { continue; }
    // What came before Streamable HTTP cannot be served at this URL in a POST.
    if (*revision < wire::mcp::k2025_03_26) { continue; }
    if (++asked > kMostAsked) { break; }
    const auto answer = ask_in(probe, *revision);
    if (!answer) { return probe.broken(answer.error(), fmt::format("an answer in {}, which is listed", *revision)); }
    if (const auto got = refusal(*answer, *revision); !got.empty()) {
      return fail(fmt::format("{} is served, as supportedVersions has it", *revision), got)
          .at("server", "List the versions that this URL serves, and no others.");
    }
  }
  return asked == 0 ? not_applicable(fmt::format("{} alone is listed, and every check asks in it", probe.revision()))
                    : pass(fmt::format("{} more versions that are listed are served", asked));
}

const Registration kCheck{{
    .id = "stateless.version.served",
    .title = "every version that server/discover lists is served",
    .level = Level::must,
    .eras = kStateless,
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#protocol-version-negotiation",
    .consequence = "A client picks a version from the list, is refused in it, and has nothing left to try.",
    .fix = "Fill `supportedVersions` from the versions whose handlers this URL runs, and drop those that it refuses or "
           "answers in another version.",
    .faults = {"stateless.version-listed-only"},
    .green_may_be = "alone is listed",
    .run = run,
}};
const NotByCommand kNoCommand{"stateless.version.served",
                              "the refusal is right by itself, and the list is what is wrong"};

}  // namespace
}  // namespace weir::conformance::stateless_version_served
