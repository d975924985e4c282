#include "conformance/ask/auth.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::auth_bearer_absent_401 {
namespace {

/// Calls are what a token protects; what there is may be public on purpose. The tool is one that there is not, so that
/// nothing is done where the call is let in.
bool are_calls_locked(Probe& probe, const wire::Exchange& opened) {
  if (!opened.ok()) { return false; }
  const auto dialogue = probe.shared();
  if (!dialogue) { return false; }
  const json::value id(dialogue->get().fresh_id("weir-without-token"));
  const json::object params{{"name", "weir-no-such-tool"}, {"arguments", json::object{}}};
  wire::Request call = dialogue->get().make_post(call_body(probe, id, "tools/call", params));
  call.headers.remove("Authorization");
  // A session that was opened without a token, where there is one: the other may be refused for its user's sake.
  if (const auto session = opened.head.headers.find("Mcp-Session-Id")) {
    call.headers.set("Mcp-Session-Id", std::string(*session));
  }
  const auto answer = probe.send(call, probe.answer_deadline());
  probe.pin_request(opened.request);
  return answer && answer->head.status == kUnauthorized;
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  auto answer = probe.send(request, probe.answer_deadline());
  if (answer && if_sent_elsewhere(*answer)) {
    return fail("HTTP 401", fmt::format("HTTP {} to {}", answer->head.status,
                                        wire::excerpt(answer->head.headers.get("location"), 100)))
        .at("login page in front",
            "Answer 401 with WWW-Authenticate to requests without a token: clients cannot fill in a page.");
  }
  if (answer) { probe.end_afterwards(*answer); }
  if (answer && are_calls_locked(probe, *answer)) {
    Finding finding = fail("HTTP 401 to all who bring no token",
                           fmt::format("HTTP {} to the handshake, and 401 to tools/call alone: what the server is and "
                                       "what it lists is public",
                                       answer->head.status));
    finding.verdict = reports::Verdict::warn;
    return std::move(finding).at("server",
                                 "Ask for the token at each request, the handshake included, or say that the lists "
                                 "are public on purpose: clients log in only when they meet a 401.");
  }
  return refused_with(probe, request, {401});
}

const Registration kCheck{{
    .id = "auth.bearer.absent-401",
    .title = "a request without a token is answered 401",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .requirements = {"auth.unauthenticated-401"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "The endpoint is open, or clients never learn that they must log in.",
    .fix = "Check the token before the MCP handler and before any redirect to a login page, and answer a request "
           "without one by 401 with WWW-Authenticate: Bearer.",
    .faults = {"auth.bearer-optional", "auth.calls-locked-alone"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_absent_401
