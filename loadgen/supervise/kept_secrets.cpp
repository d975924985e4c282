#include "loadgen/supervise/kept_secrets.hpp"

#include <utility>

#include "wire/base/limits.hpp"

namespace weir::loadgen {

KeptSecrets::KeptSecrets(std::vector<std::string> given) : given_(std::move(given)), redactor_(given_) {}

void KeptSecrets::add_token(std::string_view token) {
  constexpr std::size_t kMost = 2 * wire::limits::kIssuedBytes;
  if (token.empty()) { return; }
  tokens_.emplace_back(token);
  token_bytes_ += token.size();
  redactor_.add(token);
  if (token_bytes_ <= kMost) { return; }
  while (token_bytes_ - tokens_.front().size() >= wire::limits::kIssuedBytes) {
    token_bytes_ -= tokens_.front().size();
    tokens_.pop_front();
  }
  redactor_ = wire::Redactor(given_);
  for (const std::string& kept : tokens_) { redactor_.add(kept); }
}

}  // namespace weir::loadgen
