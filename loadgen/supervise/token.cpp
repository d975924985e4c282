#include "loadgen/supervise/token.hpp"

#include <mutex>

#include "loadgen/supervise/background.hpp"

namespace weir::loadgen {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kTokenTimeout = 5s;
constexpr std::chrono::milliseconds kLongestBackOff = 30s;

}  // namespace

std::optional<std::chrono::milliseconds> renew_after(const Token& token, const OAuth& oauth) {
  return wire::renew_after(token, std::chrono::milliseconds(oauth.refresh_before / kMillisecond));
}

std::chrono::milliseconds retry_after_failure(unsigned failures) {
  return std::min<std::chrono::milliseconds>(kLongestBackOff, 500ms * (1U << std::min(failures, 8U)));
}

struct TokenKeeper::Impl {
  struct SharedToken {
    OAuth oauth;
    wire::ClientOptions client;
    std::mutex mutex;
    std::uint64_t generation = 1;
    std::uint64_t refused = 0;  ///< The newest generation that was refused.
    std::vector<News> news;
    unsigned failures = 0;
  };

  static std::optional<Background::Time> renew(SharedToken& shared) {
    const auto token = wire::fetch_token(shared.oauth, shared.client, wire::Deadline::in(kTokenTimeout));
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

  std::shared_ptr<SharedToken> shared = std::make_shared<SharedToken>();
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
    if (generation != impl_->shared->generation || generation <= impl_->shared->refused) { return; }
    impl_->shared->refused = generation;
  }
  impl_->thread->ask();
}

std::vector<TokenKeeper::News> TokenKeeper::take() {
  const std::lock_guard lock(impl_->shared->mutex);
  return std::exchange(impl_->shared->news, {});
}

}  // namespace weir::loadgen
