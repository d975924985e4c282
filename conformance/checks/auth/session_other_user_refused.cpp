// A session id is no credential: whoever knows another user's cannot act in that session.
#include "conformance/ask/control.hpp"
#include "conformance/ask/session.hpp"
#include "conformance/checks/auth/token_common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::auth_session_other_user_refused {
namespace {

constexpr const char* kByUser =
    "Keep with each session the user that opened it, by the subject of the token, and answer 404 to everybody else.";

/// A harmless request in this conversation, by whoever has the token.
wire::Request request_by(const Probe& probe, const wire::mcp::Dialogue& dialogue, const std::string& token) {
  wire::Request request = dialogue.make_post(jsonrpc::request("weir-user", harmless_method(probe)));
  request.headers.set("Authorization", "Bearer " + token);
  return request;
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto& oauth = probe.target().profile.oauth;
  if (!oauth) { return not_applicable("no tokens can be asked for (oauth of the profile)"); }
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  if (!oauth->other_user) { return untestable("no second user is known: name one in the profile (oauth.other_user)"); }
  const auto token = another_token(probe, *oauth->other_user);
  if (!token) { return untestable("a token of another user: " + token.error().detail); }
  const std::string own = bearer_token(probe);
  if (const auto subject = subject_of(*token); *token == own || (!subject.empty() && subject == subject_of(own))) {
    return untestable("oauth.other_user gives a token of the target's own user");
  }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (auto finding = unless_required(probe, *dialogue)) { return *finding; }
  const auto foreign = probe.send(request_by(probe, *dialogue, *token));
  const std::string expected = "a refusal of another user's token in this session";
  if (!foreign) { return probe.broken(foreign.error(), expected); }
  // What is refused tells nothing of sessions where that user is refused everywhere, or the session was lost.
  const auto mine = probe.send(request_by(probe, *dialogue, own));
  if (!mine || !has_result(*mine)) { return untestable("its own user is not served in the session either"); }
  auto theirs = probe.dialogue([&](auto& options) { options.headers.set("Authorization", "Bearer " + *token); });
  if (!theirs) { return untestable("no conversation opens for the other user: " + theirs.error().detail); }
  if (has_result(*foreign)) {
    return fail(expected, "served as its own user is: " + describe(*foreign)).at("server", kByUser);
  }
  if (foreign->head.status >= kServerErrors) { return untestable("another user gets " + describe(*foreign)); }
  return pass("refused: " + describe(*foreign));
}

const Registration kCheck{{
    .id = "auth.session.other-user-refused",
    .title = "a session refuses every user but the one that opened it",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices#session-hijacking",
    .consequence = "Whoever learns a session id acts as its user, and reads what that user is told.",
    .fix = "Store with each session the subject (iss and sub) of the token that opened it, compare it at every "
           "request, and answer 404 to any other user.",
    .faults = {"token.session-of-anybody"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.session.other-user-refused", "it takes a session of one user, and another's token"};

}  // namespace
}  // namespace weir::conformance::auth_session_other_user_refused
