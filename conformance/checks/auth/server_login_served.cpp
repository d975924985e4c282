#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_login_served {
namespace {

Finding run(Probe& probe) {
  const auto named = named_servers(probe);
  if (!named) { return named.error(); }
  int shown = 0;
  for (const auto& server : named->served) {
    const auto url = endpoint_in(server, "authorization_endpoint");
    // Where programs get tokens as well, they may be the only ones who do.
    const bool for_programs = lists(server.document, "grant_types_supported", "client_credentials");
    if (!url || for_programs || !logs_people_in(server.document)) { continue; }
    if (auto lost = unless_shown(probe, *url, "authorization_endpoint")) { return *std::move(lost); }
    ++shown;
  }
  if (named->stopped_by) { return not_asked(*named); }
  if (shown == 0) {
    return not_applicable("no authorization server for people alone names a place to log in on its own origin");
  }
  return pass("the place to log in answers");
}

const Registration kCheck{{
    .id = "auth.server.login-served",
    .title = "the place to log in that an authorization server names is there",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc6749#section-3.1",
    .consequence = "A person who is to log in meets a page that is not there.",
    .fix = "Route authorization_endpoint at the host that the metadata names (ingress, prefix, issuer), or name only "
           "the grants that are served in grant_types_supported.",
    .faults = {"openid.login-missing"},
    .fixture = "token",
    .green_may_be = "no authorization server for people alone",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_login_served
