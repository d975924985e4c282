#include <algorithm>

#include "conformance/checks/auth/token_common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::auth_token_error_readable {
namespace {

constexpr std::string_view kGrant = "grant_type=client_credentials", kNoGrant = "grant_type=weir_no_such_grant";
constexpr const char* kExpected =
    "400 with JSON and an error such as unsupported_grant_type, for a grant_type that is none";

/// The request that was given a token, of a grant that does not exist: its credentials are right, so that nobody
/// counts it as guessing.
std::optional<wire::Request> of_no_grant(wire::Request request) {
  const std::size_t at = request.body.find(kGrant);
  if (at == std::string::npos) { return std::nullopt; }
  request.body.replace(at, kGrant.size(), kNoGrant);
  return request;
}

/// A code of RFC 6749 section 5.2 or of an extension: they are words with low lines.
bool is_code(std::string_view error) {
  constexpr std::size_t kMost = 60;
  return !error.empty() && error.size() <= kMost &&
         error.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

/// Not the body itself: a provider may repeat in it what it was sent.
std::string seen(const wire::Exchange& answer, std::string_view error) {
  const auto type = wire::media_type(answer.head.headers.get("content-type"));
  return fmt::format("HTTP {} {}{}", answer.head.status, type.empty() ? "without a Content-Type" : type,
                     is_code(error) ? fmt::format(" with error {}", error) : " without a code in error");
}

Finding wrong(std::string got, const char* fix) {
  return fail(kExpected, std::move(got)).at("the authorization server, or what stands before it", fix);
}

Finding judge(Probe& probe, const wire::Exchange& answer, bool calls_tokens_json) {
  const auto document = wire::parse_json(answer.body);
  const std::string error(document ? wire::string_or(document->value, "error", "") : "");
  const int status = answer.head.status;
  if (const auto token = wire::read_token(answer)) {
    if (probe.target().tokens) { probe.target().tokens->keep_secret(token->value); }
    // Who serves one grant alone may not read its name: that is no error, and so none is shown.
    return untestable("a token is given for a grant_type that is none: no error was to be had");
  }
  if (answer.ok()) {
    return wrong(seen(answer, error),
                 "Answer every error of the token endpoint with 400 (invalid_client: 401): clients take what comes "
                 "with 200 for a token.");
  }
  if (status >= kServerErrors) {
    return wrong(seen(answer, error), "Refuse by 400 and unsupported_grant_type what the server does not know.");
  }
  // Some providers forbid by other 4xx what a client may not ask for, and limit how often it asks.
  if (status != kBadRequest && status != kUnauthorized) {
    return untestable(fmt::format("a grant_type that is none is refused in another way: {}", seen(answer, error)));
  }
  if (!is_code(error)) {
    return wrong(seen(answer, error),
                 "Answer errors with a JSON object whose error is a code of RFC 6749 section 5.2.");
  }
  if (!answer.is_json() && calls_tokens_json) {
    return wrong(seen(answer, error), "Answer errors with Content-Type: application/json, as the tokens.");
  }
  return pass(fmt::format("{} {}", status, error));
}

Finding run(Probe& probe) {
  const auto with_token = answer_with_token(probe);
  if (!with_token) { return with_token.error(); }
  if (!may_ask_for_tokens(probe)) { return untestable(std::string(kTooManyTokens)); }
  const auto request = of_no_grant(with_token->request);
  if (!request) { return untestable("the request for a token names no grant"); }
  const auto answer = ask_token_endpoint(probe, *request);
  if (!answer) { return untestable("no answer to a grant_type that is none: " + answer.error().detail); }
  return judge(probe, *answer, with_token->is_json());
}

const Registration kCheck{{
    .id = "auth.token.error-readable",
    .title = "the token endpoint answers an error by 400 or 401, as JSON with a code",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
    .consequence = "Clients look for a token in what is an error, and tell the user something else than what is wrong.",
    .fix = "Answer errors of the token endpoint by 400 (401 for invalid_client) with application/json and the code in "
           "`error`, and keep proxies from replacing it by a page.",
    .faults = {"openid.errors-with-200", "openid.errors-bare"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.error-readable", "the request for a token holds the secret of a client"};

}  // namespace
}  // namespace weir::conformance::auth_token_error_readable
