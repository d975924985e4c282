#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_challenge_scope_named {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  const auto answer = probe.send(request, probe.in(std::chrono::milliseconds(2000)));
  if (!answer) { return probe.broken(answer.error(), "HTTP 401"); }
  const auto text = answer->head.headers.joined("www-authenticate");
  const auto challenges = parse_challenges(text);
  const auto* bearer = find_challenge(challenges, "bearer");
  if (answer->head.status != 401 || !bearer) {
    return untestable("no 401 with a challenge came: " + describe(*answer));
  }
  if (!bearer->parameter("scope").empty()) { return pass(text); }
  const auto metadata = find_metadata(probe);
  const json::array* scopes = metadata ? wire::as_array(wire::find(metadata->document, "scopes_supported")) : nullptr;
  if (!scopes || scopes->empty()) { return not_applicable("nothing tells of scopes"); }
  probe.pin_request(request);
  return fail(fmt::format("scope=\"...\", as the metadata has {}", wire::excerpt(json::value(*scopes), 60)), text)
      .at("server", "Name the scopes that a client needs in the challenge of the 401.");
}

const Registration kCheck{{
    .id = "auth.challenge.scope-named",
    .title = "a 401 names the scopes that a client needs, where there are any",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-11-25",
    .requirements = {"auth.challenge.scope"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "authorization#protected-resource-metadata-discovery-requirements",
    .consequence = "Clients ask for every scope that the metadata lists, and users have to grant more than is needed.",
    .fix = "Add the scope parameter to the Bearer challenge of the 401, with the scopes that the request needs rather "
           "than all of scopes_supported.",
    .faults = {"auth.challenge-no-scope"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_challenge_scope_named
