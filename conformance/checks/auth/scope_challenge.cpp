#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_scope_challenge {
namespace {

Finding run(Probe& probe) {
  auto call = denied_call(probe);
  if (!call) { return call.error(); }
  const auto answer = ask(probe, call->dialogue.make_post(call_body(probe, "weir-denied", "tools/call", call->params)));
  if (!answer) { return probe.broken(answer.error(), "HTTP 403"); }
  if (answer->head.status != 403) { return untestable("no 403 came: " + describe(*answer)); }
  const auto text = answer->head.headers.joined("www-authenticate");
  const auto challenges = parse_challenges(text);
  const auto* bearer = find_challenge(challenges, "bearer");
  if (bearer && bearer->parameter("error") == "insufficient_scope" && !bearer->parameter("scope").empty()) {
    return pass(text);
  }
  return fail("WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"...\"", text.empty() ? "none" : text);
}

const Registration kCheck{{
    .id = "auth.scope.challenge",
    .title = "a 403 for a missing scope names the scope",
    .level = Level::should,
    .eras = kAllEras,
    .requirements = {"auth.challenge.insufficient-scope"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/"
              "authorization#runtime-insufficient-scope-errors",
    .consequence = "Clients cannot ask for the scope that they lack, and show an error instead.",
    .fix = "Send WWW-Authenticate: Bearer with error=insufficient_scope and with scope naming what the call needs, on "
           "each 403 for a missing scope.",
    .faults = {"token.403-bare"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.scope.challenge", "it takes a token that the provider issues with fewer scopes"};

}  // namespace
}  // namespace weir::conformance::auth_scope_challenge
