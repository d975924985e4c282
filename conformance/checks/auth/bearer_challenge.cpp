#include "conformance/ask/auth.hpp"
#include "wire/target/edge_sign.hpp"

namespace weir::conformance::auth_bearer_challenge {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  auto answer = probe.send(request, probe.in(std::chrono::milliseconds(2000)));
  if (!answer) { return probe.broken(answer.error(), "HTTP 401"); }
  if (answer->head.status != 401) { return untestable("no 401 came: " + describe(*answer)); }
  const std::string challenge = answer->head.headers.joined("www-authenticate");
  if (find_challenge(parse_challenges(challenge), "bearer")) { return pass(challenge); }
  Finding finding = fail("WWW-Authenticate: Bearer ...", challenge.empty() ? "none" : challenge);
  if (const auto sign = wire::edge_sign(*answer)) {
    finding.got = fmt::format("{}: {}", sign->hop, sign->meaning);
    return std::move(finding).at(std::string(sign->hop), std::string(sign->fix));
  }
  return finding;
}

const Registration kCheck{{
    .id = "auth.bearer.challenge",
    .title = "a 401 carries a Bearer challenge",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .requirements = {"auth.bearer-challenge"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "OAuth clients begin at this header; without it they only say that they failed to connect.",
    .fix = "Set WWW-Authenticate: Bearer, with resource_metadata, on every 401 of the server or authorizer, and let no "
           "hop strip, rename or replace that header.",
    .faults = {"auth.no-challenge", "auth.basic-challenge", "auth.challenge-renamed"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_challenge
