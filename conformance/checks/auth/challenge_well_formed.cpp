#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_challenge_well_formed {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  const auto answer = probe.send(request, probe.in(std::chrono::milliseconds(2000)));
  if (!answer) { return probe.broken(answer.error(), "an answer"); }
  const std::string value = answer->head.headers.joined("www-authenticate");
  const auto challenges = parse_challenges(value);
  const Challenge* bearer = find_challenge(challenges, "bearer");
  if (!bearer) { return untestable("there is no Bearer challenge, which auth.bearer.challenge says"); }
  if (bearer->problems.empty()) { return pass(value); }
  return fail("Bearer, a blank, and parameters apart by commas: each once, its value a token or quoted",
              fmt::format("{}: {}", bearer->problems.front(), wire::excerpt(std::string_view(value), 200)))
      .at("server, or what adds to its challenge",
          "Write one challenge, `Bearer name=\"value\", name=\"value\"`, with every name once.");
}

const Registration kCheck{{
    .id = "auth.challenge.well-formed",
    .title = "the Bearer challenge is written so that every client reads it alike",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-11.2",
    .consequence = "Some clients take the first resource_metadata and some the last, or find none and cannot log in.",
    .fix = "Write one Bearer challenge, each parameter once, quoted and set apart by commas, and let either the server "
           "or the proxy add it, not both.",
    .faults = {"auth.challenge-parameter-twice", "auth.challenge-unquoted", "auth.challenge-comma"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_challenge_well_formed
