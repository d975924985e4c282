#include "wire/auth/oauth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "wire/base/base64.hpp"
#include "wire/base/limits.hpp"
#include "wire/base/text.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

constexpr double kShortestLifeSeconds = 1;  // It is told in whole ones (RFC 6749 appendix A.14).
constexpr double kLongestLifeSeconds = 366.0 * 24 * 3600;
constexpr std::string_view kAnswersHtml = "answers HTML";
constexpr std::string_view kNoForm = "refuses application/x-www-form-urlencoded, which RFC 6749 asks for";
constexpr std::string_view kNoToken = "holds no access_token";

/// application/x-www-form-urlencoded.
std::string form_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '*';
    out += plain ? std::string(1, c) : c == ' ' ? "+" : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

void add_field(std::string& body, std::string_view name, std::string_view value) {
  if (!value.empty()) { body += fmt::format("{}{}={}", body.empty() ? "" : "&", name, form_encode(value)); }
}

std::string text_member(const json::value& body, std::string_view name) {
  const auto* object = body.if_object();
  const auto* member = object ? object->if_contains(name) : nullptr;
  const auto* text = member ? member->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

/// "invalid_client": a word of RFC 6749 section 5.2, and nothing that could be a credential.
std::string error_word(const Exchange& answer) {
  boost::system::error_code ec;
  const auto body = json::parse(answer.body, ec);
  const auto word = ec ? std::string() : text_member(body, "error");
  const bool safe = word.size() <= 40 && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return safe ? word : std::string();
}

std::optional<double> seconds_member(const json::value& body) {
  const auto* member = body.as_object().if_contains("expires_in");
  if (member == nullptr) { return std::nullopt; }
  if (member->is_number()) {
    boost::system::error_code ec;
    const auto value = member->to_number<double>(ec);
    return ec ? std::nullopt : std::optional(value);
  }
  // Some servers write it as a string.
  const auto* text = member->if_string();
  return text ? std::optional(std::strtod(text->c_str(), nullptr)) : std::nullopt;
}

/// Whether the form itself is refused: by its status, or where a body that is not of RFC 6749 section 5.2 asks for
/// JSON.
bool refuses_form(const Exchange& answer) {
  constexpr int kBadRequest = 400, kNoMedia = 415, kUnprocessable = 422;
  const int status = answer.head.status;
  if (status == kNoMedia) { return true; }
  return (status == kBadRequest || status == kUnprocessable) && error_word(answer).empty() &&
         lower(answer.body).find("json") != std::string::npos;
}

/// What the server says of its error, on one line and of bounded length. Nothing where the secret could stand in it.
std::string description(const Exchange& answer, const OAuthClient& oauth) {
  constexpr std::size_t kMost = 120;
  boost::system::error_code ec;
  const auto body = json::parse(answer.body, ec);
  const auto text = ec ? std::string() : text_member(body, "error_description");
  const auto& secret = oauth.client_secret;
  for (const auto& shape : {secret, form_encode(secret), base64(secret),
                            base64(form_encode(oauth.client_id) + ":" + form_encode(secret))}) {
    if (!secret.empty() && text.find(shape) != std::string::npos) { return {}; }
  }
  return bounded(printable(text), kMost);
}

bool may_be_otherwise(const Exchange& answer) { return answer.head.status == 400 || answer.head.status == 401; }

/// Whether the answer to Basic leaves open that the server did not read it. Who names a scope or a grant has read it,
/// and says more of the error than what comes of the second way.
bool knew_client(const Exchange& answer, const OAuthClient& oauth) {
  const auto word = error_word(answer);
  if (answer.head.status == 401 || word == "invalid_client") { return false; }
  if (!word.empty() && word != "invalid_request") { return true; }
  const auto said = lower(description(answer, oauth));
  return !said.empty() && said.find("client") == std::string::npos;
}

std::string_view name_of(ClientAuth auth) {
  return auth == ClientAuth::basic ? "client_secret_basic" : "client_secret_post";
}

/// The error of an answer, with what the server said and how the client had authenticated.
Error refusal(Error error, const Exchange& answer, const OAuthClient& oauth, ClientAuth auth) {
  const auto said = description(answer, oauth);
  if (!said.empty()) { error.detail += fmt::format(": \"{}\"", said); }
  if (!oauth.client_secret.empty() && !refuses_form(answer)) {
    error.detail += fmt::format(", with {}", name_of(auth));
  }
  return error;
}

bool is_html(const Exchange& answer) { return media_type(answer.head.headers.get("content-type")) == "text/html"; }

}  // namespace

Result<Request> token_request(const OAuthClient& oauth, ClientAuth auth) {
  auto url = parse_url(oauth.token_url);
  if (!url) { return fail(ErrorCode::bad_input, "oauth token_url: " + url.error().detail); }
  Request request;
  request.method = "POST";
  request.url = *url;
  request.headers.set("Accept", "application/json");
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  add_field(request.body, "grant_type", "client_credentials");
  add_field(request.body, "scope", oauth.scope);
  add_field(request.body, "audience", oauth.audience);
  add_field(request.body, "resource", oauth.resource);
  if (auth == ClientAuth::basic && !oauth.client_secret.empty()) {
    request.headers.set("Authorization",
                        "Basic " + base64(form_encode(oauth.client_id) + ":" + form_encode(oauth.client_secret)));
  } else {
    add_field(request.body, "client_id", oauth.client_id);
    add_field(request.body, "client_secret", oauth.client_secret);
  }
  return request;
}

Result<Token> read_token(const Exchange& answer) {
  if (refuses_form(answer)) {
    return fail(ErrorCode::rejected, fmt::format("the token endpoint {}: HTTP {}", kNoForm, answer.head.status));
  }
  if (!answer.ok()) {
    const auto word = error_word(answer);
    return fail(ErrorCode::rejected,
                fmt::format("the token endpoint answered HTTP {}{}{}", answer.head.status,
                            word.empty() ? "" : " (" + word + ")", is_html(answer) ? " with HTML" : ""));
  }
  boost::system::error_code ec;
  const auto body = json::parse(answer.body, ec);
  if (ec && is_html(answer)) {
    return fail(ErrorCode::malformed_message,
                fmt::format("the token endpoint {} with HTTP {}, a login or fallback page, and no JSON", kAnswersHtml,
                            answer.head.status));
  }
  Token token;
  token.value = ec ? "" : text_member(body, "access_token");
  if (token.value.empty() || token.value.size() > limits::kTokenBytes) {
    return fail(ErrorCode::malformed_message, fmt::format("the token endpoint's answer {}", kNoToken));
  }
  if (token.value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=") !=
      std::string::npos) {
    return fail(ErrorCode::malformed_message,
                "the token endpoint's access_token has characters that no header may carry (RFC 6750)");
  }
  if (const auto seconds = seconds_member(body); seconds && *seconds > 0) {
    token.life =
        std::chrono::milliseconds(std::llround(std::clamp(*seconds, kShortestLifeSeconds, kLongestLifeSeconds) * 1000));
  }
  return token;
}

Result<Token> fetch_token(const OAuthClient& oauth, const ClientOptions& client, Deadline deadline) {
  ClientOptions plain = client;
  plain.renewal = {};  // Whoever renews a token must not wait for itself.
  plain.max_body_bytes = std::min(plain.max_body_bytes, limits::kOpeningBytes);
  plain.credentials = {};            // The client's secret is meant for this origin, whatever the target's is.
  std::optional<Exchange> by_basic;  // Where it was refused.
  for (const auto auth : {ClientAuth::basic, ClientAuth::post}) {
    const auto request = token_request(oauth, auth);
    if (!request) { return tl::unexpected(request.error()); }
    HttpClient http(plain);
    auto answer = http.exchange(*request, deadline);
    if (!answer) { return fail(answer.error().code, "no token could be had: " + answer.error().detail); }
    if (auth == ClientAuth::basic && may_be_otherwise(*answer) && !oauth.client_secret.empty()) {
      by_basic = *std::move(answer);
      continue;
    }
    auto token = read_token(*answer);
    if (token) { return token; }
    if (!by_basic || (refuses_form(*by_basic) && refuses_form(*answer))) {
      return tl::unexpected(refusal(token.error(), *answer, oauth, auth));
    }
    const bool first_says_more = knew_client(*by_basic, oauth);
    const auto told = first_says_more ? refusal(read_token(*by_basic).error(), *by_basic, oauth, ClientAuth::basic)
                                      : refusal(token.error(), *answer, oauth, auth);
    const auto& other = first_says_more ? *answer : *by_basic;
    const auto said = description(other, oauth);
    return fail(told.code, fmt::format("{}; {} to {}{}", told.detail, other.head.status,
                                       name_of(first_says_more ? auth : ClientAuth::basic),
                                       said.empty() ? "" : fmt::format(": \"{}\"", said)));
  }
  return fail(ErrorCode::internal, "no way to ask for a token is left");
}

OAuthClient with_grant(const OAuthClient& oauth, const OAuthGrant& grant) {
  OAuthClient other = oauth;
  const auto put = [](std::string& member, const std::string& value) { member = value.empty() ? member : value; };
  put(other.client_id, grant.client_id);
  put(other.client_secret, grant.client_secret);
  put(other.scope, grant.scope);
  put(other.audience, grant.audience);
  put(other.resource, grant.resource);
  return other;
}

TokenProblem token_problem(const Error& error) {
  const auto says = [&](std::string_view words) { return error.detail.find(words) != std::string::npos; };
  if (error.code == ErrorCode::bad_input) { return {"token-url-unusable", "Correct oauth.token_url in the profile."}; }
  if (error.code == ErrorCode::rejected) {
    if (says(kNoForm)) {
      return {
          "token-refused",
          "Let the token endpoint read forms, which every OAuth client sends it (a body parser for JSON alone is in "
          "its place), or correct oauth.token_url."};
    }
    if (says("(unauthorized_client)")) {
      return {"token-unauthorized-client",
              "Allow this client the grant client_credentials at the provider (Keycloak: service accounts roles, and "
              "with 401 it says the same of a wrong secret)."};
    }
    if (says("(invalid_client)") || says("HTTP 401")) {
      return {
          "token-invalid-client",
          "Correct oauth.client_id and oauth.client_secret: the provider does not know this client by this secret."};
    }
    if (says("(invalid_scope)") || says("(invalid_target)")) {
      return {"token-refused", "Ask for a scope, audience and resource that the provider gives to this client."};
    }
    return {"token-refused",
            "Read what the provider says: the path of oauth.token_url, or the provider's log, explains it."};
  }
  if (error.code == ErrorCode::malformed_message) {
    return says(kAnswersHtml)
               ? TokenProblem{"token-endpoint-html",
                              "Correct oauth.token_url: a page answers where the provider's token endpoint is meant."}
               : TokenProblem{"token-not-json", "Correct oauth.token_url: what answers there issues no tokens."};
  }
  return {"token-endpoint-unreachable",
          "Make oauth.token_url reachable from where the gate runs, or give a token by --bearer-env."};
}

std::optional<std::chrono::milliseconds> renew_after(const Token& token, std::chrono::milliseconds before) {
  if (!token.life) { return std::nullopt; }
  return *token.life - std::min(before, *token.life / 2);
}

}  // namespace weir::wire
