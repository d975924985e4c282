// The bearer token of a load run (wire/auth/oauth.hpp), for all workers: renewed before it expires and when the target
// refuses it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"
#include "wire/auth/oauth.hpp"

namespace weir::loadgen {

using wire::Token;

/// How long a token is used before the next one is fetched; nullopt: until it is refused.
std::optional<std::chrono::milliseconds> renew_after(const Token& token, const OAuth& oauth);
/// How long after the n-th failure in a row (from 1) the next attempt is made.
std::chrono::milliseconds retry_after_failure(unsigned failures);

/// Keeps the token fresh in a thread of its own.
class TokenKeeper {
 public:
  struct News {
    std::uint64_t generation = 0;
    std::string bearer;   ///< The new token; empty for a failure.
    std::string failure;  ///< One sentence.
  };
  /// `first` has generation 1.
  TokenKeeper(OAuth oauth, wire::ClientOptions client, const Token& first);
  ~TokenKeeper();

  /// The target refused the token of that generation: asks for a new one, once.
  void refused(std::uint64_t generation);
  /// What happened since the last time.
  std::vector<News> take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::loadgen
