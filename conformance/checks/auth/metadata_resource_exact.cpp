#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_metadata_resource_exact {
namespace {

std::string_view without_slash(std::string_view path) { return path == "/" ? std::string_view() : path; }

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto found = find_metadata(probe);
  if (!found) { return probe.broken(found.error(), "an answer"); }
  const auto resource = wire::as_string(wire::find(found->document, "resource"));
  if (!resource) { return untestable("the metadata names no resource"); }
  const auto url = wire::parse_url(*resource);
  const std::string_view path = without_slash(probe.url().path);
  if (!url || url->origin() != probe.url().origin() || !path.starts_with(without_slash(url->path))) {
    return untestable("it is another resource, which auth.metadata.resource-matches says");
  }
  if (without_slash(url->path) == path) { return pass(std::string(*resource)); }
  const std::string whole = probe.url().origin() + probe.url().path;
  return fail(fmt::format("{}, identical to the URL of the endpoint", whole), wire::excerpt(*resource, 100))
      .at("server", fmt::format("Set the resource to {}, or serve MCP at the root.", whole));
}

const Registration kCheck{{
    .id = "auth.metadata.resource-exact",
    .title = "the resource of the metadata is the endpoint's URL, and not merely its beginning",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc9728#section-3.3",
    .consequence = "Clients that compare as RFC 9728 says refuse the metadata and do not log in; others, like the "
                   "official SDKs, take it.",
    .fix = "Set resource in the metadata to the whole public URL of the MCP endpoint, its path included, and expect "
           "the same in the audience of tokens.",
    .faults = {"auth.metadata-resource-root"},
    .fixture = "bearer-tls",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_metadata_resource_exact
