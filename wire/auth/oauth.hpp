// OAuth 2.0 client credentials (RFC 6749 section 4.4): a bearer token asked for, read, and kept fresh. No error text
// holds a secret or a token.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/auth/oauth_client.hpp"
#include "wire/http/http_client.hpp"

namespace weir::wire {

enum class ClientAuth { basic, post };

struct Token {
  std::string value;                              ///< Secret.
  std::optional<std::chrono::milliseconds> life;  ///< `expires_in`, a second at least; absent: until it is refused.
};

/// The form POST; `basic` puts id and secret into Authorization (RFC 6749 section 2.3.1), `post` into the body.
Result<Request> token_request(const OAuthClient& oauth, ClientAuth auth);
/// The answer of the token endpoint (RFC 6749 sections 5.1 and 5.2).
Result<Token> read_token(const Exchange& answer);
/// Asks with `basic`, and where that is answered 400 or 401, with `post`. The error says what the server said, and how
/// the client had authenticated.
Result<Token> fetch_token(const OAuthClient& oauth, const ClientOptions& client, Deadline deadline);
/// The client with what the grant says in place of its own.
OAuthClient with_grant(const OAuthClient& oauth, const OAuthGrant& grant);

/// What kept a token from being had: "token-endpoint-unreachable", "token-endpoint-html", "token-not-json",
/// "token-invalid-client", "token-unauthorized-client", "token-refused"; and the one sentence of what to do.
struct TokenProblem {
  std::string_view name;
  std::string_view fix;
};
TokenProblem token_problem(const Error& error);

/// How long a token is used before the next one is fetched: `before` its end, at most half of its life; nullopt: until
/// it is refused.
std::optional<std::chrono::milliseconds> renew_after(const Token& token, std::chrono::milliseconds before);

/// The token of a run that may outlive it: all clients of the run share it, from any thread. A client that has one
/// (renewal_of) sends the newest token wherever the first one stands in Authorization, and asks a second time after a
/// 401 that age explains. Other credentials it leaves alone.
class FreshToken {
 public:
  FreshToken(OAuthClient oauth, ClientOptions client, Token first, Clock::time_point had_at = Clock::now());
  FreshToken(const FreshToken&) = delete;
  FreshToken& operator=(const FreshToken&) = delete;
  ~FreshToken();

  /// As the newest token is; renewed first where that is due. A renewal that fails is tried again after a second, and
  /// the old token goes on meanwhile.
  std::string current(Deadline deadline);
  /// The field value to send in place of `authorization`.
  std::string replace(std::string_view authorization, Deadline deadline);
  /// After a 401 for `authorization`: whether it carried a token of ours that may have died of age, and another one was
  /// had.
  bool renewed_after_refusal(std::string_view authorization, Deadline deadline);

  /// Every token that was ever had, and others that were asked for beside: none of them may be shown.
  std::vector<std::string> secrets() const;
  void keep_secret(std::string token);
  /// Whether there were less than limits::kIssuedBytes of them: no other is asked for then.
  bool takes_more() const;
  /// Why the last renewal failed; empty where it did not.
  std::string last_failure() const;
  int renewals() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What ClientOptions::renewal takes. The functions keep `tokens` alive.
Renewal renewal_of(const std::shared_ptr<FreshToken>& tokens);

}  // namespace weir::wire
