#include "conformance/checks/auth/issuer_common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::auth_server_endpoints_served {
namespace {

constexpr int kNoMedia = 415;

/// What a client that logs a person in asks with a code; this one is nobody's, and is to be refused as such.
wire::Request exchange_of_code(const wire::Url& url) {
  wire::Request request{.method = "POST", .url = url, .headers = {}, .body = {}};  // Without credentials.
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  request.body =
      "grant_type=authorization_code&code=weir-no-code&client_id=weir-no-client&redirect_uri=http%3A%2F%2F127.0.0.1%2F"
      "&code_verifier=weir-no-verifier-weir-no-verifier-weir-no-verifier";
  return request;
}

std::optional<Finding> unless_takes_codes(Probe& probe, const wire::Url& url) {
  const std::string expected = fmt::format("a refusal in JSON, 400 or 401, of a code that is nobody's at {}", url.path);
  const auto answer = probe.send(exchange_of_code(url));
  if (!answer) { return probe.broken(answer.error(), expected); }
  const int status = answer->head.status;
  if (status == kNoMedia) {
    return fail(expected, describe(*answer))
        .at(kProviderHop,
            "Let the token endpoint read forms (application/x-www-form-urlencoded), as RFC 6749 has them.");
  }
  if (status >= kServerErrors) {
    return fail(expected, describe(*answer))
        .at(kProviderHop,
            "Refuse a code that is nobody's by 400 and invalid_grant, and look into the log for what fails: a login "
            "behind the token endpoint that is out of reach is no fault of the client.");
  }
  if (!is_served_nowhere(status)) { return std::nullopt; }
  return fail(expected, describe(*answer))
      .at(kProviderHop, "Route the token endpoint that the metadata names, for POST, at the host where it is named.");
}

Finding run(Probe& probe) {
  const auto named = named_servers(probe);
  if (!named) { return named.error(); }
  int asked = 0;
  for (const auto& server : named->served) {
    if (!logs_people_in(server.document)) { continue; }
    if (const auto url = endpoint_in(server, "jwks_uri")) {
      ++asked;
      if (auto lost = unless_shown(probe, *url, "jwks_uri")) { return *std::move(lost); }
    }
    if (const auto url = endpoint_in(server, "token_endpoint")) {
      ++asked;
      if (auto lost = unless_takes_codes(probe, *url)) { return *std::move(lost); }
    }
  }
  if (named->stopped_by) { return not_asked(*named); }
  if (asked == 0) { return untestable("no authorization server for people names endpoints on its own origin"); }
  return pass(fmt::format("{} endpoints of the metadata answer", asked));
}

const Registration kCheck{{
    .id = "auth.server.endpoints-served",
    .title = "the token and key endpoints that an authorization server names are there, and take what clients send",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc6749#section-3.2",
    .consequence = "The login begins, and ends at a page that is not there or a token that nobody gets.",
    .fix =
        "Route token_endpoint and jwks_uri at the host that the metadata names (ingress, prefix, issuer), and let the "
        "token endpoint read forms.",
    .faults = {"openid.token-form-refused"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_endpoints_served
