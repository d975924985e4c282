// The part of wire/auth/oauth.hpp that keeps a token fresh.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "wire/auth/oauth.hpp"
#include "wire/base/limits.hpp"

namespace weir::wire {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kScheme = "Bearer ";
constexpr std::chrono::milliseconds kRenewBefore = 30s;
constexpr std::chrono::milliseconds kRenewalTimeout = 5s;
constexpr std::chrono::milliseconds kBetweenFailures = 1s;
/// A refusal of a token that is younger is not its age's fault, where the provider did not tell its life.
constexpr std::chrono::milliseconds kYoung = 1s;

}  // namespace

struct FreshToken::Impl {
  OAuthClient oauth;
  ClientOptions client;
  mutable std::mutex mutex;
  Token token;
  Clock::time_point since = Clock::now();
  std::optional<Clock::time_point> not_before;  ///< After a failure.
  std::string failure;
  std::vector<std::string> had;     ///< Every token that stood for this client.
  std::vector<std::string> others;  ///< Not ours, but secret.
  std::size_t issued_bytes = 0;     ///< Of both.
  int renewals = 0;

  bool takes_more() const { return issued_bytes < limits::kIssuedBytes; }

  bool is_ours(std::string_view authorization) const {
    return authorization.starts_with(kScheme) &&
           std::find(had.begin(), had.end(), authorization.substr(kScheme.size())) != had.end();
  }

  bool renew(Deadline deadline) {
    if (not_before && Clock::now() < *not_before) { return false; }
    if (!takes_more()) {
      failure = fmt::format("its endpoint has issued {} bytes of tokens, and no more than {} are sought in reports",
                            issued_bytes, std::size_t{limits::kIssuedBytes});
      return false;
    }
    auto next = fetch_token(oauth, client, Deadline::in(kRenewalTimeout).or_sooner(deadline));
    if (!next) {
      failure = next.error().detail;
      not_before = Clock::now() + kBetweenFailures;
      return false;
    }
    failure.clear();
    not_before.reset();
    token = std::move(*next);
    since = Clock::now();
    had.push_back(token.value);
    issued_bytes += token.value.size();
    ++renewals;
    return true;
  }

  void renew_if_due(Deadline deadline) {
    const auto after = renew_after(token, kRenewBefore);
    if (after && Clock::now() - since >= *after) { renew(deadline); }
  }
};

FreshToken::FreshToken(OAuthClient oauth, ClientOptions client, Token first, Clock::time_point had_at)
    : impl_(std::make_unique<Impl>()) {
  impl_->since = had_at;
  impl_->oauth = std::move(oauth);
  impl_->client = std::move(client);
  impl_->had.push_back(first.value);
  impl_->issued_bytes = first.value.size();
  impl_->token = std::move(first);
}

FreshToken::~FreshToken() = default;

std::string FreshToken::current(Deadline deadline) {
  const std::lock_guard lock(impl_->mutex);
  impl_->renew_if_due(deadline);
  return impl_->token.value;
}

std::string FreshToken::replace(std::string_view authorization, Deadline deadline) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->is_ours(authorization)) { return std::string(authorization); }
  impl_->renew_if_due(deadline);
  return std::string(kScheme) + impl_->token.value;
}

bool FreshToken::renewed_after_refusal(std::string_view authorization, Deadline deadline) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->is_ours(authorization)) { return false; }
  if (authorization.substr(kScheme.size()) != impl_->token.value) {
    return true;  // Somebody else has renewed it meanwhile.
  }
  const auto old_enough = impl_->token.life ? *impl_->token.life / 2 : kYoung;
  return Clock::now() - impl_->since >= old_enough && impl_->renew(deadline);
}

std::vector<std::string> FreshToken::secrets() const {
  const std::lock_guard lock(impl_->mutex);
  auto all = impl_->had;
  all.insert(all.end(), impl_->others.begin(), impl_->others.end());
  return all;
}

void FreshToken::keep_secret(std::string token) {
  const std::lock_guard lock(impl_->mutex);
  if (std::find(impl_->others.begin(), impl_->others.end(), token) == impl_->others.end()) {
    impl_->issued_bytes += token.size();
    impl_->others.push_back(std::move(token));
  }
}

bool FreshToken::takes_more() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->takes_more();
}

std::string FreshToken::last_failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failure;
}

int FreshToken::renewals() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->renewals;
}

Renewal renewal_of(const std::shared_ptr<FreshToken>& tokens) {
  return {.replace = [tokens](std::string_view authorization,
                              Deadline deadline) { return tokens->replace(authorization, deadline); },
          .renewed_after_refusal =
              [tokens](std::string_view authorization, Deadline deadline) {
                return tokens->renewed_after_refusal(authorization, deadline);
              }};
}

}  // namespace weir::wire
