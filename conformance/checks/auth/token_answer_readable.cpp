#include "conformance/checks/auth/token_common.hpp"

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

/// What the token says of its life against expires_in: judged without a clock, so that none has to be right. Empty
/// where they agree, or one of them says nothing.
std::string dead_token(const json::value& answer) {
  const auto jwt = wire::decode_jwt(wire::string_or(answer, "access_token", ""));
  const json::value* life = wire::find(answer, "expires_in");
  if (!jwt || !life || !life->is_number() || life->to_number<double>() <= 0) { return {}; }
  const json::value* exp = jwt->claims.if_contains("exp");
  const json::value* iat = jwt->claims.if_contains("iat");
  if (!exp || !iat || !exp->is_number() || !iat->is_number() || exp->to_number<double>() > iat->to_number<double>()) {
    return {};
  }
  return fmt::format("exp {} of the token is not after its iat {}, though expires_in says {}", wire::excerpt(*exp, 40),
                     wire::excerpt(*iat, 40), wire::excerpt(*life, 40));
}

Finding run(Probe& probe) {
  const auto answer = answer_with_token(probe);
  if (!answer) { return answer.error(); }
  const auto document = wire::parse_json(answer->body);
  if (!document) { return untestable("the answer with the token is no JSON: " + document.error().detail); }
  const char* const kHop = "the authorization server";
  const std::string_view type = answer->head.headers.get("content-type");
  if (!answer->is_json()) {
    return fail("Content-Type: application/json",
                type.empty() ? "JSON without a Content-Type" : fmt::format("JSON as '{}'", wire::excerpt(type, 60)))
        .at(kHop, "Answer the form with Content-Type: application/json: clients do not read a token out of any other.");
  }
  if (auto irregular = irregular_in(document->value); !irregular.empty()) {
    return fail("token_type as text, expires_in as a number, scope as text", std::move(irregular))
        .at(kHop, "Write the members of the answer with a token as RFC 6749 has them.");
  }
  if (auto dead = dead_token(document->value); !dead.empty()) {
    return fail("a token that lives as long as expires_in says", std::move(dead))
        .at(kHop,
            "Set exp of the token to its iat and expires_in together: servers that verify exp refuse it from its "
            "first second, and one that takes it does not verify exp.");
  }
  return pass("token_type, expires_in and scope are as clients read them");
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
    .faults = {"openid.expires-in-text", "openid.token-type-unsaid", "openid.token-as-text",
               "openid.token-born-expired"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.answer-readable", "the request for a token holds the secret of a client"};

}  // namespace
}  // namespace weir::conformance::auth_token_answer_readable
