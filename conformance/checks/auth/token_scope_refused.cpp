#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_scope_refused {
namespace {

Finding run(Probe& probe) {
  auto call = denied_call(probe);
  if (!call) { return call.error(); }
  const auto request = call->dialogue.make_post(call_body(probe, "weir-denied", "tools/call", call->params));
  const auto answer = ask(probe, request);
  if (!answer) { return probe.broken(answer.error(), "HTTP 403"); }
  if (answer->head.status != 403) {
    return wrong_refusal(
        "HTTP 403", fmt::format("a call of {} without the scope for it", call->params["name"].as_string()), *answer);
  }
  return pass("HTTP 403");
}

const Registration kCheck{{
    .id = "auth.token.scope-refused",
    .title = "a call that the token's scopes do not cover is answered 403",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"auth.insufficient-scope-403"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#error-handling",
    .consequence = "Whoever may read may also do everything else.",
    .fix = "Check the token's scopes at each tools/call, by the tool's name in the parsed body and before the tool "
           "runs, and answer 403 where one is missing.",
    .faults = {"token.scope-ignored"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.scope-refused",
                              "it takes a token that the provider issues with fewer scopes"};

}  // namespace
}  // namespace weir::conformance::auth_token_scope_refused
