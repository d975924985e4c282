#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_bearer_every_request {
namespace {

/// Locks are often hung before what does something, and what only tells stays open.
constexpr std::pair<const char*, const char*> kLists[] = {
    {"tools", "tools/list"}, {"resources", "resources/list"}, {"prompts", "prompts/list"}};

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  std::vector<std::string_view> methods{harmless_method(probe)};
  for (const auto& [capability, method] : kLists) {
    if (probe.survey().declares(capability)) { methods.push_back(method); }
  }
  // Without sessions, what asks here is what auth.bearer.absent-401 asks: an open door cannot be told from it.
  const Door door = probe.is(Era::streamable) ? bearer_door(probe) : Door{};
  Finding finding;
  wire::Request request;
  for (const auto method : methods) {
    request = dialogue->make_post(call_body(probe, json::value(dialogue->fresh_id("weir-token")), method));
    request.headers.remove("Authorization");
    finding = refused_with(probe, request, {401}, door);
    if (finding.verdict == reports::Verdict::fail) { finding.expected += fmt::format(" for {}", method); }
    if (finding.verdict != reports::Verdict::pass) { return finding; }
  }
  if (!probe.is(Era::streamable)) { return finding; }
  for (const char* method : {"GET", "DELETE"}) {  // DELETE last: where it is let through, the session is gone.
    request.method = method;
    request.body.clear();
    request.headers.remove("Content-Type");
    request.headers.set("Accept", "text/event-stream");
    finding = refused_with(probe, request, {401, 404, 405}, door);  // Many a server has no route for them.
    if (finding.verdict == reports::Verdict::fail) {
      finding.expected += fmt::format(" for {} in the session", method);
    }
    if (finding.verdict != reports::Verdict::pass) { return finding; }
  }
  return finding;
}

const Registration kCheck{{
    .id = "auth.bearer.every-request",
    .title = "a session id does not stand in for the token",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .requirements = {"auth.every-request-checked", "transport.sessions.not-authentication"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "Whoever learns a session id acts as its user.",
    .fix = "Check the token in one middleware before every POST, GET and DELETE of the endpoint, lists and requests in "
           "a session included, and answer 401 without it.",
    .faults = {"auth.session-is-enough", "auth.lists-unlocked"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_every_request
