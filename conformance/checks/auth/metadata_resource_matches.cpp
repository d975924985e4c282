#include "conformance/ask/auth.hpp"
#include "conformance/ask/url.hpp"

namespace weir::conformance::auth_metadata_resource_matches {
namespace {

/// Why a server believes in such a name: it takes the request's own scheme and Host, which the hop before it changed,
/// or it was given a name by which others know it.
Finding explained(Finding finding, const Probe& probe, const wire::Result<wire::Url>& resource) {
  const wire::Url& url = probe.url();
  if (resource && resource->host == url.host && url.tls() && !resource->tls()) {
    return std::move(finding).at("server behind TLS termination",
                                 "Set the server's public URL, or let it trust X-Forwarded-Proto of what ends TLS.");
  }
  if (resource && resource->tls() && resource->host != url.host && !is_internal_host(resource->host)) {
    return std::move(finding).at("server", fmt::format("Give Weir {} if clients reach the server there, or set its "
                                                       "public URL to {}.",
                                                       resource->str(), url.str()));
  }
  if (resource && leaves_host(url, *resource)) {
    return std::move(finding).at("server behind a proxy",
                                 "Set the server's public URL instead of taking it from the "
                                 "request: the Host that arrives is that of the inside.");
  }
  return std::move(finding).at("server", fmt::format("Set the resource to {}.", url.str()));
}

/// Whether a path consists of the first segments of another: /a of /a/b, and not /a of /ab.
bool is_beginning(std::string_view path, std::string_view of) {
  if (!of.starts_with(path)) { return false; }
  return path.size() == of.size() || path.empty() || path.ends_with('/') || of[path.size()] == '/';
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }

  auto found = find_metadata(probe);
  if (!found) { return probe.broken(found.error(), "an answer"); }
  const auto resource = wire::as_string(wire::find(found->document, "resource"));
  if (!resource) { return untestable("the metadata names no resource"); }
  auto url = wire::parse_url(*resource);
  const bool same = url && url->origin() == probe.url().origin() && is_beginning(url->path, probe.url().path);
  if (!same) {
    return explained(fail(fmt::format("{} or its beginning", probe.url().str()), wire::excerpt(*resource, 100)), probe,
                     url);
  }
  return pass(std::string(*resource));
}

const Registration kCheck{{
    .id = "auth.metadata.resource-matches",
    .title = "the resource of the metadata is this server",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .requirements = {"auth.prm.resource-matches"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "Clients refuse metadata of another resource: an internal host or http:// behind a balancer locks "
                   "everyone out.",
    .fix = "Take resource in the metadata from configuration, as the endpoint's public URL with no slash added, not "
           "from Host and scheme of a request that a proxy has changed.",
    .faults = {"auth.metadata-internal-host", "auth.metadata-http-resource", "auth.metadata-other-path",
               "auth.metadata-resource-slash", "auth.metadata-former-name"},
    .fixture = "bearer-tls",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_metadata_resource_matches
