#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_issuer_identical {
namespace {

/// As a client walks it, whatever its token looks like: resource metadata, its authorization server, that one's
/// metadata.
Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto metadata = find_metadata(probe);
  if (!metadata) { return probe.broken(metadata.error(), "an answer"); }
  const json::array* servers = wire::as_array(wire::find(metadata->document, "authorization_servers"));
  if (!servers || servers->empty()) { return not_applicable("no resource metadata names an authorization server"); }
  int served = 0;
  for (const auto& entry : *servers) {
    const std::string named(wire::as_string(&entry).value_or(""));
    const auto found = discover_at(probe, named);
    if (!found) { return found.error(); }
    if (!found->document.is_object()) { continue; }
    ++served;
    const auto issuer = wire::string_or(found->document, "issuer", "");
    if (issuer == named) { continue; }
    const auto token = wire::decode_jwt(bearer_token(probe));
    if (token && wire::jwt_text(token->claims, "iss") == named) {
      return untestable("the server calls itself otherwise: auth.issuer.identical says how");
    }
    return fail(fmt::format("issuer \"{}\", the authorization server that was asked", named),
                fmt::format("issuer \"{}\" at {}", issuer, found->url))
        .at("server, or the authorization server",
            "Let authorization_servers name the issuer as its own metadata does, character for character.");
  }
  if (served == 0) { return untestable("no authorization server that is named served its metadata"); }
  return pass(fmt::format("{} authorization servers call themselves as the resource does", served));
}

const Registration kCheck{{
    .id = "auth.server.issuer-identical",
    .title = "an authorization server calls itself what the resource metadata calls it",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .requirements = {"auth.as.issuer-identical"},
    .source = "https://www.rfc-editor.org/rfc/rfc8414#section-3.3",
    .consequence = "Clients that compare the two, as they must, refuse to log in.",
    .faults = {"auth.metadata-server-slash"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_issuer_identical
