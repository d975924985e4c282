// OAuth 2.0 client credentials (RFC 6749 section 4.4): a bearer token for all workers, renewed before it expires and
// when the target refuses it. No error text holds a secret or a token.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"
#include "wire/http_client.hpp"

namespace weir::loadgen {

enum class ClientAuth { basic, post };

struct Token {
  std::string value;                              ///< Secret.
  std::optional<std::chrono::milliseconds> life;  ///< `expires_in`; absent: until it is refused.
};

/// The form POST; `basic` puts id and secret into Authorization (RFC 6749 section 2.3.1), `post` into the body.
wire::Result<wire::Request> token_request(const OAuth& oauth, ClientAuth auth);
/// The answer of the token endpoint (RFC 6749 sections 5.1 and 5.2).
wire::Result<Token> read_token(const wire::Exchange& answer);
/// Asks with `basic`, and where the client is not recognised so, with `post`.
wire::Result<Token> fetch_token(const OAuth& oauth, const wire::ClientOptions& client, wire::Deadline deadline);

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
