#include "conformance/checks/auth/token_common.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/ask/asked_once.hpp"
#include "conformance/ask/control.hpp"
#include "conformance/probe/status.hpp"
#include "wire/base/limits.hpp"

namespace weir::conformance {

namespace {

constexpr std::chrono::milliseconds kPatience{2000};

tl::expected<std::string, Finding> limited_token(Probe& probe, const wire::ProfileOAuth& oauth) {
  if (!oauth.limited) { return bearer_token(probe); }
  auto token = another_token(probe, *oauth.limited);
  if (!token) { return tl::unexpected(untestable("the token with fewer scopes: " + token.error().detail)); }
  return *token;
}

tl::expected<wire::Exchange, Finding> ask_for_token(Probe& probe) {
  std::string why = "no token was given";
  for (const auto auth : {wire::ClientAuth::basic, wire::ClientAuth::post}) {
    const auto request = wire::token_request(*probe.target().profile.oauth, auth);
    auto answer = request ? ask_token_endpoint(probe, *request) : tl::unexpected(request.error());
    const auto token = answer ? wire::read_token(*answer) : tl::unexpected(answer.error());
    if (!token) {
      why = token.error().detail;
      continue;
    }
    if (probe.target().tokens) { probe.target().tokens->keep_secret(token->value); }
    return *std::move(answer);
  }
  return tl::unexpected(untestable(std::move(why)));
}

/// What a token that nobody ever made gets, where it is no other than `status`: then that says nothing of this one.
/// Empty where it gets something else.
std::string same_for_any_token(Probe& probe, wire::Request request, int status) {
  constexpr int kFirstRefusal = 400;
  const bool taken = status < kFirstRefusal;
  // Nobody judges tokens that are taken in the era whose streams are refused by any status.
  if (taken && probe.is(Era::http_sse)) { return {}; }
  probe.pin_request(request);
  request.headers.set("Authorization", "Bearer weir-invalid-token");
  const auto answer = ask(probe, request);
  if (!answer || answer->head.status != status) { return {}; }
  return fmt::format("every wrong token is {} with HTTP {}, which auth.bearer.wrong-401 judges",
                     taken ? "taken" : "refused", status);
}

}  // namespace

wire::Result<wire::Exchange> ask_token_endpoint(const Probe& probe, const wire::Request& request) {
  wire::ClientOptions options = probe.target().client;
  options.renewal = {};
  options.credentials = {};
  options.max_body_bytes = std::min(options.max_body_bytes, wire::limits::kOpeningBytes);
  wire::HttpClient client(options);
  return client.exchange(request, probe.answer_deadline());
}

wire::Result<wire::Exchange> ask(Probe& probe, const wire::Request& request) {
  const auto deadline = probe.in(kPatience);
  auto stream = probe.http().open(request, deadline);
  if (!stream) { return tl::unexpected(stream.error()); }
  if (!(stream->exchange().ok() && stream->exchange().is_event_stream())) { stream->read_to_end(deadline); }
  hear_out(probe, *stream);
  auto exchange = std::move(*stream).finish();
  probe.note(fmt::format("< HTTP {} {}", exchange.head.status, wire::excerpt(std::string_view(exchange.body))));
  return exchange;
}

Finding wrong_refusal(std::string expected, const std::string& what, const wire::Exchange& answer) {
  const int status = answer.head.status;
  auto finding = fail(std::move(expected), fmt::format("{}: {}", what, describe(answer)));
  if (status < kRedirects) {
    finding.got = fmt::format("{} is taken: HTTP {}", what, status);
    return std::move(finding).at("server",
                                 "Verify signature, issuer, audience, expiry and scope of every token before "
                                 "the request is handled, at this endpoint or in front of it.");
  }
  if (status >= kServerErrors) {
    const bool nginx = answer.head.headers.get("server").starts_with("nginx");
    return std::move(finding).at(nginx ? "nginx auth_request" : "server",
                                 nginx ? "Make the auth endpoint answer 401 or 403: auth_request turns every other "
                                         "status but 2xx into 500."
                                       : "Answer 401 where a token does not verify: an error in the token check is "
                                         "escaping as a server error.");
  }
  return finding;
}

Finding all_refused(Probe& probe, const std::vector<Forgery>& forgeries, std::initializer_list<int> statuses) {
  const std::string expected = fmt::format("HTTP {}", fmt::join(statuses, " or "));
  std::vector<int> seen;
  for (const auto& forgery : forgeries) {
    wire::Request request = opening_request(probe);
    request.headers.set("Authorization", forgery.authorization);
    const auto answer = ask(probe, request);
    if (!answer) { return probe.broken(answer.error(), expected); }
    const int status = answer->head.status;
    if (std::find(statuses.begin(), statuses.end(), status) == statuses.end()) {
      if (auto elsewhere = if_sent_elsewhere(*answer)) { return *elsewhere; }
      if (auto why = same_for_any_token(probe, request, status); !why.empty()) { return untestable(std::move(why)); }
      Finding finding = wrong_refusal(expected, "a token " + forgery.what, *answer);
      return status < kRedirects ? unless_for_anybody(probe, std::move(finding), status, bearer_door(probe)) : finding;
    }
    seen.push_back(status);
  }
  return beside_a_call(probe, pass(fmt::format("HTTP {}", fmt::join(seen, ", "))));
}

Finding with_jwt(Probe& probe, const std::function<Finding(const wire::Jwt&)>& run) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto jwt = wire::decode_jwt(bearer_token(probe));
  if (!jwt) { return not_applicable("the token is opaque, not a JWT: nothing in it can be changed on purpose"); }
  return run(*jwt);
}

bool may_ask_for_tokens(const Probe& probe) {
  const auto& tokens = probe.target().tokens;
  return !tokens || tokens->takes_more();
}

tl::expected<wire::Exchange, Finding> answer_with_token(Probe& probe) {
  using Answer = tl::expected<wire::Exchange, Finding>;
  if (!probe.target().profile.oauth) {
    return tl::unexpected(not_applicable("the profile has no oauth: no token is asked for"));
  }
  if (!may_ask_for_tokens(probe)) { return tl::unexpected(untestable(std::string(kTooManyTokens))); }
  const auto shared =
      asked_once<Answer>(probe, "token", [&]() -> std::optional<Answer> { return ask_for_token(probe); });
  return shared ? *shared : ask_for_token(probe);
}

wire::Result<std::string> another_token(Probe& probe, const wire::OAuthGrant& grant) {
  const auto& target = probe.target();
  if (!target.profile.oauth) { return wire::fail(wire::ErrorCode::bad_input, "the profile has no oauth"); }
  if (!may_ask_for_tokens(probe)) { return wire::fail(wire::ErrorCode::limit_exceeded, std::string(kTooManyTokens)); }
  auto token = wire::fetch_token(with_grant(*target.profile.oauth, grant), target.client, probe.in(kPatience));
  if (!token) { return tl::unexpected(token.error()); }
  if (target.tokens) { target.tokens->keep_secret(token->value); }
  return token->value;
}

tl::expected<DeniedCall, Finding> denied_call(Probe& probe) {
  const auto& oauth = probe.target().profile.oauth;
  if (!oauth || !oauth->denied_tool) {
    return tl::unexpected(not_applicable("the profile names no call that must be refused (oauth.denied_tool)"));
  }
  auto token = limited_token(probe, *oauth);
  if (!token) { return tl::unexpected(token.error()); }
  auto dialogue = probe.dialogue(
      [&](wire::mcp::DialogueOptions& options) { options.headers.set("Authorization", "Bearer " + *token); });
  if (!dialogue) {
    return tl::unexpected(
        untestable("no conversation opens with the token that has fewer scopes: " + dialogue.error().detail));
  }
  return DeniedCall{std::move(*dialogue),
                    {{"name", oauth->denied_tool->name}, {"arguments", oauth->denied_tool->arguments}}};
}

std::vector<std::string> audiences_of(std::string_view token) {
  const auto jwt = wire::decode_jwt(token);
  const json::value* aud = jwt ? jwt->claims.if_contains("aud") : nullptr;
  if (const auto one = wire::as_string(aud)) { return {std::string(*one)}; }
  std::vector<std::string> all;
  for (const json::value& each : aud && aud->is_array() ? aud->get_array() : json::array{}) {
    if (const auto text = wire::as_string(&each)) { all.emplace_back(*text); }
  }
  return all;
}

std::string subject_of(std::string_view token) {
  const auto jwt = wire::decode_jwt(token);
  return jwt ? wire::jwt_text(jwt->claims, "sub") : std::string();
}

}  // namespace weir::conformance
