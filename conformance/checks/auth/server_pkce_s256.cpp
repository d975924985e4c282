#include <algorithm>

#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_pkce_s256 {
namespace {

bool lists(const json::value& document, std::string_view member, std::string_view wanted) {
  const json::array* values = wire::as_array(wire::find(document, member));
  return values && std::any_of(values->begin(), values->end(),
                               [&](const json::value& one) { return wire::as_string(&one).value_or("") == wanted; });
}

/// Nobody logs in through a browser where only programs get tokens. RFC 8414 section 2: without the member the grants
/// are those of a browser.
bool only_for_programs(const json::value& document) {
  return wire::find(document, "grant_types_supported") &&
         !lists(document, "grant_types_supported", "authorization_code");
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto metadata = find_metadata(probe);
  if (!metadata) { return probe.broken(metadata.error(), "an answer"); }
  const json::array* servers = wire::as_array(wire::find(metadata->document, "authorization_servers"));
  if (!servers || servers->empty()) { return not_applicable("no resource metadata names an authorization server"); }
  int looked = 0;
  for (const auto& entry : *servers) {
    const auto found = discover_at(probe, std::string(wire::as_string(&entry).value_or("")));
    if (!found) { return found.error(); }
    if (!found->document.is_object() || only_for_programs(found->document)) { continue; }
    ++looked;
    if (lists(found->document, "code_challenge_methods_supported", "S256")) { continue; }
    const json::value* methods = wire::find(found->document, "code_challenge_methods_supported");
    return fail(fmt::format("code_challenge_methods_supported with S256 at {}", found->url),
                methods ? wire::excerpt(*methods, 80) : "no such member")
        .at("the authorization server",
            "Publish \"code_challenge_methods_supported\": [\"S256\"], or put an "
            "authorization server in place that can do PKCE.");
  }
  if (looked == 0) { return untestable("no authorization server for people served its metadata"); }
  return pass(fmt::format("{} authorization servers offer S256", looked));
}

const Registration kCheck{{
    .id = "auth.server.pkce-s256",
    .title = "an authorization server says that it can do PKCE with S256",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-11-25",
    .requirements = {"auth.as.pkce-methods-advertised"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/authorization#authorization-code-protection",
    .consequence = "Clients have to refuse to log in where the metadata does not say it.",
    .faults = {"openid.pkce-unsaid"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_pkce_s256
