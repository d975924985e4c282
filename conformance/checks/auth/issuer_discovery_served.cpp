#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_issuer_discovery_served {
namespace {

Finding run(Probe& probe) {
  const auto found = discover(probe);
  if (!found) { return found.error(); }
  if (!found->document.is_object()) {
    if (found->exchange.ok() && wire::media_type(found->exchange.head.headers.get("content-type")) == "text/html") {
      return fail(fmt::format("200 with JSON at {} or at its place by RFC 8414", found->url),
                  fmt::format("a page in the place of the metadata: {}", describe(found->exchange)))
          .at("the web application or proxy before the OpenID provider",
              "Route both well-known paths (openid-configuration, oauth-authorization-server) to the provider before "
              "the catch-all that answers any path with the application's page, and let unknown paths be 404.");
    }
    return fail(fmt::format("200 with JSON at {} or at its place by RFC 8414", found->url), describe(found->exchange))
        .at("OpenID provider", "Publish the realm's discovery document under the host name that tokens carry as iss.");
  }
  for (const char* member : {"issuer", "token_endpoint"}) {
    if (wire::string_or(found->document, member, "").empty()) {
      return fail(fmt::format("a discovery document with {}", member), wire::excerpt(found->document))
          .at("OpenID provider", "Serve the whole discovery document.");
    }
  }
  if (!found->exchange.is_json()) {
    const std::string_view type = found->exchange.head.headers.get("content-type");
    return fail("Content-Type: application/json",
                fmt::format("the discovery document {}, at {}",
                            type.empty() ? "without a Content-Type" : fmt::format("as '{}'", wire::excerpt(type, 60)),
                            found->url))
        .at("OpenID provider", "Send the discovery document with Content-Type: application/json.");
  }
  return pass(found->url);
}

const Registration kCheck{{
    .id = "auth.issuer.discovery-served",
    .title = "the issuer of the token publishes where its tokens are",
    .level = Level::must,
    .eras = kTarget,
    .requirements = {"auth.as.metadata-8414-or-oidc"},
    .source = "https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig",
    .consequence = "Clients find no place to log in.",
    .fix = "Publish the provider's JSON at the token's iss plus /.well-known/openid-configuration, with issuer and "
           "token_endpoint, reachable where clients are.",
    .faults = {"openid.discovery-404", "openid.discovery-html", "openid.discovery-as-text"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_issuer_discovery_served
