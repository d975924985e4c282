#include <algorithm>

#include "conformance/checks/auth/token_common.hpp"
#include "wire/base/limits.hpp"

namespace weir::conformance::auth_token_answer_readable {
namespace {

/// The first member that clients may not read as it is; empty where all are as they should be.
std::string irregular_in(const json::value& answer) {
  const json::value* type = wire::find(answer, "token_type");
  if (!type || !type->is_string()) { return type ? "token_type is no text" : "token_type is missing"; }
  const json::value* life = wire::find(answer, "expires_in");
  if (life && !life->is_number()) { return "expires_in is no number: " + wire::excerpt(*life, 40); }
  const json::value* scope = wire::find(answer, "scope");
  return scope && !scope->is_string() ? "scope is no text: " + wire::excerpt(*scope, 40) : std::string();
}

/// Asked for beside the probe, whose evidence shows what it sends: here that is the secret of a client.
wire::Result<wire::Exchange> token_answer(const Probe& probe, wire::ClientAuth auth) {
  const auto request = wire::token_request(*probe.target().profile.oauth, auth);
  if (!request) { return tl::unexpected(request.error()); }
  wire::ClientOptions options = probe.target().client;
  options.renewal = {};
  options.credentials = {};
  options.max_body_bytes = std::min(options.max_body_bytes, wire::limits::kOpeningBytes);
  wire::HttpClient client(options);
  return client.exchange(*request, probe.answer_deadline());
}

Finding run(Probe& probe) {
  const auto& target = probe.target();
  if (!target.profile.oauth) { return not_applicable("the profile has no oauth: no token is asked for"); }
  if (!may_ask_for_tokens(probe)) { return untestable(std::string(kTooManyTokens)); }
  std::string why = "no token was given";
  for (const auto auth : {wire::ClientAuth::basic, wire::ClientAuth::post}) {
    const auto answer = token_answer(probe, auth);
    const auto token = answer ? wire::read_token(*answer) : tl::unexpected(answer.error());
    if (!token) {
      why = token.error().detail;
      continue;
    }
    if (target.tokens) { target.tokens->keep_secret(token->value); }
    const auto document = wire::parse_json(answer->body);
    if (!document) { return untestable("the answer with the token is no JSON: " + document.error().detail); }
    if (auto irregular = irregular_in(document->value); !irregular.empty()) {
      return fail("token_type as text, expires_in as a number, scope as text", std::move(irregular))
          .at("the authorization server", "Write the members of the answer with a token as RFC 6749 has them.");
    }
    return pass("token_type, expires_in and scope are as clients read them");
  }
  return untestable(std::move(why));
}

const Registration kCheck{{
    .id = "auth.token.answer-readable",
    .title = "the answer with a token has the members that clients read, in their types",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc6749#section-5.1",
    .consequence = "Clients that check the answer against its types throw the token away, and nobody gets in.",
    .fix = "Let the token endpoint always write token_type, as text, expires_in as a number without quotes, and scope "
           "as one text with blanks between.",
    .faults = {"openid.expires-in-text", "openid.token-type-unsaid"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.answer-readable", "the request for a token holds the secret of a client"};

}  // namespace
}  // namespace weir::conformance::auth_token_answer_readable
