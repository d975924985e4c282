// What the checks of tokens share: forged tokens, and the judgement of how they are refused. A token is decoded, never
// verified: Weir has no key of the provider, and needs none.
#pragma once

#include <functional>

#include "conformance/ask/auth.hpp"
#include "wire/auth/jwt.hpp"
#include "wire/auth/oauth.hpp"
#include "wire/auth/signing_key.hpp"

namespace weir::conformance {

/// One forgery: what it is, in words that follow "a token" ("with another subject under the old signature"), and the
/// value of Authorization.
struct Forgery {
  std::string what;
  std::string authorization;
};

/// Asks as a client begins, with each in turn; all must be refused with one of these statuses. The first that is not
/// fails, and an answer of 500 is named for what it mostly is.
Finding all_refused(Probe& probe, const std::vector<Forgery>& forgeries, std::initializer_list<int> statuses = {401});

/// Calls `run` with the target's token taken apart; not applicable where none is configured or it is opaque.
Finding with_jwt(Probe& probe, const std::function<Finding(const wire::Jwt&)>& run);

/// Each token that is asked for has to be sought in all that is reported, so that there is a bound.
bool may_ask_for_tokens(const Probe& probe);
inline constexpr std::string_view kTooManyTokens = "the provider's tokens are too large for one more of them";

/// Another token of the provider, by client credentials; it is kept secret.
wire::Result<std::string> another_token(Probe& probe, const wire::OAuthGrant& grant);

/// What the token endpoint says to the client of the profile, where it gives it a token: asked for once by those who
/// look at it. The finding of a check that has none.
tl::expected<wire::Exchange, Finding> answer_with_token(Probe& probe);

/// Asked beside the probe, whose evidence shows what it sends: here that is the secret of a client.
wire::Result<wire::Exchange> ask_token_endpoint(const Probe& probe, const wire::Request& request);

/// `aud` of a token, one or several; empty where it is opaque, or has none.
std::vector<std::string> audiences_of(std::string_view token);
/// `sub` of a token; empty where it is opaque, or has none.
std::string subject_of(std::string_view token);

/// Sends and reads to the end, but of an event stream that opens reads only the head.
wire::Result<wire::Exchange> ask(Probe& probe, const wire::Request& request);

/// A status that is wrong for a request without the right: with the hop and the fix where they can be told.
Finding wrong_refusal(std::string expected, const std::string& what, const wire::Exchange& answer);

/// The call that the profile says must be refused, as a conversation of its own with the token that may not make it.
struct DeniedCall {
  wire::mcp::Dialogue dialogue;
  json::object params;
};
/// An error finding where there is none: not applicable, or a conversation that could not be opened.
tl::expected<DeniedCall, Finding> denied_call(Probe& probe);

}  // namespace weir::conformance
