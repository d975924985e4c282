#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_pkce_s256 {
namespace {

Finding run(Probe& probe) {
  const auto named = named_servers(probe);
  if (!named) { return named.error(); }
  int looked = 0;
  for (const auto& server : named->served) {
    if (!logs_people_in(server.document)) { continue; }
    ++looked;
    if (lists(server.document, "code_challenge_methods_supported", "S256")) { continue; }
    const json::value* methods = wire::find(server.document, "code_challenge_methods_supported");
    return fail(fmt::format("code_challenge_methods_supported with S256 at {}", server.url),
                methods ? wire::excerpt(*methods, 80) : "no such member")
        .at("the authorization server",
            "Publish \"code_challenge_methods_supported\": [\"S256\"], or put an "
            "authorization server in place that can do PKCE.");
  }
  if (named->stopped_by) { return not_asked(*named); }
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
    .fix = "Switch PKCE with S256 on at the authorization server and list S256 in code_challenge_methods_supported, or "
           "put a server in its place that does both.",
    .faults = {"openid.pkce-unsaid"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_pkce_s256
