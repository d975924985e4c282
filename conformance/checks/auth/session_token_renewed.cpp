// A session belongs to its user, who comes with another token after each renewal.
#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_session_token_renewed {
namespace {

constexpr int kSessions = 3;  ///< Behind replicas that share no sessions a single one tells nothing.
constexpr const char* kByUser =
    "Bind sessions to the user, by the subject of the token, and not to the token: clients renew theirs.";

struct Pair {
  std::string first, second;
};

/// Both by the same grant: what an issuer gives to one client is for one user.
tl::expected<Pair, Finding> two_tokens(Probe& probe) {
  Pair pair;
  for (std::string* token : {&pair.first, &pair.second}) {
    auto given = another_token(probe, {});
    if (!given) { return tl::unexpected(untestable("two tokens of one client: " + given.error().detail)); }
    *token = *std::move(given);
  }
  if (pair.first == pair.second) {
    return tl::unexpected(untestable("the provider gives the same token to a client that asks again"));
  }
  if (subject_of(pair.first) != subject_of(pair.second)) {
    return tl::unexpected(untestable("the provider gives tokens of two subjects to one client"));
  }
  return pair;
}

struct Asked {
  bool served = false;
  std::string text;
};

Asked ask_with(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& token) {
  const auto reply = dialogue.request(harmless_method(probe), nullptr,
                                      {.timeout = probe.answer_deadline().left(), .edit = [&](wire::Request& request) {
                                         request.headers.set("Authorization", "Bearer " + token);
                                       }});
  return reply ? Asked{reply->is_result(), reply->describe()} : Asked{false, reply.error().detail};
}

wire::Result<wire::mcp::Dialogue> open_with(Probe& probe, const std::string& token) {
  return probe.dialogue([&](auto& options) { options.headers.set("Authorization", "Bearer " + token); });
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  if (!probe.target().profile.oauth) { return not_applicable("no tokens can be asked for (oauth of the profile)"); }
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  const auto tokens = two_tokens(probe);
  if (!tokens) { return tokens.error(); }
  std::string refusal;
  bool ended = false;
  for (int session = 0; session < kSessions; ++session) {
    auto dialogue = open_with(probe, tokens->first);
    if (!dialogue) {
      return untestable("no conversation opens with a token asked for anew: " + dialogue.error().detail);
    }
    if (const auto before = ask_with(probe, *dialogue, tokens->first); !before.served) {
      return untestable("the session does not serve the token that opened it: " + before.text);
    }
    const auto renewed = ask_with(probe, *dialogue, tokens->second);
    if (renewed.served) { return pass("a second token of the same client is served in the session of the first"); }
    refusal = renewed.text;
    ended = !ask_with(probe, *dialogue, tokens->first).served;
  }
  auto own = open_with(probe, tokens->second);
  if (!own || !ask_with(probe, *own, tokens->second).served) {
    return untestable("the second token is not served in a session of its own either");
  }
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  return fail("a second token of the same client served in the session that the first one opened",
              refusal + (ended ? "; after that the first one is refused in it too" : ""))
      .at("server", kByUser);
}

const Registration kCheck{{
    .id = "auth.session.token-renewed",
    .title = "a session goes on with the next token of the client that opened it",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices#session-hijacking",
    .consequence = "Tokens live for minutes: at each renewal all clients lose their sessions.",
    .fix = "Bind a session to iss and sub of the token that opened it, not to the token's text or hash, and verify the "
           "token of each request on its own.",
    .faults = {"token.session-bound-to-bytes"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.session.token-renewed", "it takes two tokens of one client, and a session of one"};

}  // namespace
}  // namespace weir::conformance::auth_session_token_renewed
