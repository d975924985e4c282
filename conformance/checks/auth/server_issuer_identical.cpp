#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_issuer_identical {
namespace {

Finding run(Probe& probe) {
  const auto servers = named_servers(probe);
  if (!servers) { return servers.error(); }
  for (const auto& server : servers->served) {
    const std::string& named = server.issuer;
    const auto issuer = wire::string_or(server.document, "issuer", "");
    if (issuer == named) { continue; }
    const auto token = wire::decode_jwt(bearer_token(probe));
    if (token && wire::jwt_text(token->claims, "iss") == named) {
      return untestable("the server calls itself otherwise: auth.issuer.identical says how");
    }
    return fail(fmt::format("issuer \"{}\", the authorization server that was asked", named),
                fmt::format("issuer \"{}\" at {}", issuer, server.url))
        .at("server, or the authorization server",
            "Let authorization_servers name the issuer as its own metadata does, character for character.");
  }
  if (servers->stopped_by) { return not_asked(*servers); }
  if (servers->served.empty()) { return untestable("no authorization server that is named served its metadata"); }
  return pass(fmt::format("{} authorization servers call themselves as the resource does", servers->served.size()));
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
    .fix = "Copy the issuer of the authorization server's own metadata into authorization_servers to the letter: URL "
           "types such as pydantic's AnyHttpUrl add a slash.",
    .faults = {"auth.metadata-server-slash"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_issuer_identical
