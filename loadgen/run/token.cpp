#include "loadgen/run/token.hpp"

#include <cmath>
#include <mutex>

#include "loadgen/limits.hpp"
#include "loadgen/run/background.hpp"
#include "reports/text.hpp"
#include "wire/base64.hpp"
#include "wire/json.hpp"

namespace weir::loadgen {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kTokenTimeout = 5s;
constexpr std::chrono::milliseconds kLongestBackOff = 30s;
constexpr double kLongestLifeSeconds = 366.0 * 24 * 3600;

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
  if (!value.empty()) {
    body += fmt::format("{}{}={}", body.empty() ? "" : "&", name, form_encode(value));
  }
}

std::string text_member(const wire::json::value& body, std::string_view name) {
  const auto* object = body.if_object();
  const auto* member = object ? object->if_contains(name) : nullptr;
  const auto* text = member ? member->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

/// "invalid_client": a word of RFC 6749 section 5.2, and nothing that could be a credential.
std::string error_word(const wire::Exchange& answer) {
  boost::system::error_code ec;
  const auto body = wire::json::parse(answer.body, ec);
  const auto word = ec ? std::string() : text_member(body, "error");
  const bool safe = word.size() <= 40 && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return safe ? word : std::string();
}

std::optional<double> seconds_member(const wire::json::value& body) {
  const auto* member = body.as_object().if_contains("expires_in");
  if (member == nullptr) {
    return std::nullopt;
  }
  if (member->is_number()) {
    boost::system::error_code ec;
    const auto value = member->to_number<double>(ec);
    return ec ? std::nullopt : std::optional(value);
  }
  // Some servers write it as a string.
  const auto* text = member->if_string();
  return text ? std::optional(std::strtod(text->c_str(), nullptr)) : std::nullopt;
}

bool unrecognised_client(const wire::Exchange& answer) {
  return answer.head.status == 401 || (answer.head.status == 400 && error_word(answer) == "invalid_client");
}

}  // namespace

wire::Result<wire::Request> token_request(const OAuth& oauth, ClientAuth auth) {
  auto url = wire::parse_url(oauth.token_url);
  if (!url) {
    return wire::fail(wire::ErrorCode::bad_input, "oauth token_url: " + url.error().detail);
  }
  wire::Request request;
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
                        "Basic " + wire::base64(form_encode(oauth.client_id) + ":" + form_encode(oauth.client_secret)));
  } else {
    add_field(request.body, "client_id", oauth.client_id);
    add_field(request.body, "client_secret", oauth.client_secret);
  }
  return request;
}

wire::Result<Token> read_token(const wire::Exchange& answer) {
  if (!answer.ok()) {
    const auto word = error_word(answer);
    return wire::fail(wire::ErrorCode::rejected,
                      fmt::format("the token endpoint answered HTTP {}{}", answer.head.status,
                                  word.empty() ? "" : " (" + word + ")"));
  }
  boost::system::error_code ec;
  const auto body = wire::json::parse(answer.body, ec);
  Token token;
  token.value = ec ? "" : text_member(body, "access_token");
  if (token.value.empty() || token.value.size() > limits::kTokenBytes) {
    return wire::fail(wire::ErrorCode::malformed_message, "the token endpoint's answer holds no access_token");
  }
  if (token.value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=") !=
      std::string::npos) {
    return wire::fail(wire::ErrorCode::malformed_message,
                      "the token endpoint's access_token has characters that no header may carry (RFC 6750)");
  }
  if (const auto seconds = seconds_member(body); seconds && *seconds > 0) {
    token.life = std::chrono::milliseconds(std::llround(std::min(*seconds, kLongestLifeSeconds) * 1000));
  }
  return token;
}

wire::Result<Token> fetch_token(const OAuth& oauth, const wire::ClientOptions& client, wire::Deadline deadline) {
  for (const auto auth : {ClientAuth::basic, ClientAuth::post}) {
    const auto request = token_request(oauth, auth);
    if (!request) {
      return tl::unexpected(request.error());
    }
    wire::HttpClient http(client);
    const auto answer = http.exchange(*request, deadline);
    if (!answer) {
      return wire::fail(answer.error().code, "no token could be had: " + answer.error().detail);
    }
    if (auth == ClientAuth::basic && unrecognised_client(*answer) && !oauth.client_secret.empty()) {
      continue;
    }
    return read_token(*answer);
  }
  return wire::fail(wire::ErrorCode::internal, "no way to ask for a token is left");
}

std::optional<std::chrono::milliseconds> renew_after(const Token& token, const OAuth& oauth) {
  if (!token.life) {
    return std::nullopt;
  }
  const auto before = std::chrono::milliseconds(oauth.refresh_before / kMillisecond);
  return *token.life - std::min(before, *token.life / 2);
}

std::chrono::milliseconds retry_after_failure(unsigned failures) {
  return std::min<std::chrono::milliseconds>(kLongestBackOff, 500ms * (1U << std::min(failures, 8U)));
}

struct TokenKeeper::Impl {
  struct Shared {
    OAuth oauth;
    wire::ClientOptions client;
    std::mutex mutex;
    std::uint64_t generation = 1;
    std::uint64_t refused = 0;  ///< The newest generation that was refused.
    std::vector<News> news;
    unsigned failures = 0;
  };

  static std::optional<Background::Time> renew(Shared& shared) {
    const auto token = fetch_token(shared.oauth, shared.client, wire::Deadline::in(kTokenTimeout));
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(shared.mutex);
    if (!token) {
      ++shared.failures;
      shared.news.push_back({shared.generation, "", token.error().detail});
      return now + retry_after_failure(shared.failures);
    }
    shared.failures = 0;
    ++shared.generation;
    shared.news.push_back({shared.generation, token->value, ""});
    const auto after = renew_after(*token, shared.oauth);
    return after ? std::optional(now + *after) : std::nullopt;
  }

  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::unique_ptr<Background> thread;
};

TokenKeeper::TokenKeeper(OAuth oauth, wire::ClientOptions client, const Token& first)
    : impl_(std::make_unique<Impl>()) {
  impl_->shared->oauth = std::move(oauth);
  impl_->shared->client = std::move(client);
  const auto after = renew_after(first, impl_->shared->oauth);
  const auto due = after ? std::optional(std::chrono::steady_clock::now() + *after) : std::nullopt;
  impl_->thread = std::make_unique<Background>([shared = impl_->shared] { return Impl::renew(*shared); }, due);
}

TokenKeeper::~TokenKeeper() = default;

void TokenKeeper::refused(std::uint64_t generation) {
  {
    const std::lock_guard lock(impl_->shared->mutex);
    if (generation != impl_->shared->generation || generation <= impl_->shared->refused) {
      return;
    }
    impl_->shared->refused = generation;
  }
  impl_->thread->ask();
}

std::vector<TokenKeeper::News> TokenKeeper::take() {
  const std::lock_guard lock(impl_->shared->mutex);
  return std::exchange(impl_->shared->news, {});
}

}  // namespace weir::loadgen
