#include "conformance/run/first_contact.hpp"

#include <algorithm>
#include <array>

#include "conformance/probe/secrets.hpp"

namespace weir::conformance {

namespace {

/// What another one of several targets may answer in another way.
bool is_of_one_target(const Target& target, const reports::PreflightFailure& failure) {
  constexpr std::array<std::string_view, 4> kCauses = {"empty-reply", "no-healthy-target", "reset", "server-error"};
  return (failure.cause == "unauthorized" && has_credentials(target.headers)) ||
         std::find(kCauses.begin(), kCauses.end(), failure.cause) != kCauses.end();
}

}  // namespace

Preflight preflight_in_turn(const Target& target, std::optional<Era> only, wire::Deadline deadline) {
  constexpr int kTries = 3, kTriesOfCredentials = 2;  // Some count the wrong ones, and lock out who has many.
  auto looked = preflight(target, only);
  for (int i = 1; looked.failure && !deadline.passed(); ++i) {
    if (i >= (looked.failure->cause == "unauthorized" ? kTriesOfCredentials : kTries)) { break; }
    const auto wait = is_of_one_target(target, *looked.failure) ? std::chrono::seconds(0) : looked.retry_after;
    if (!wait || *wait >= deadline.left() / 2) { break; }
    target.client.run.pause(*wait);
    looked = preflight(target, only);
  }
  return looked;
}

bool is_kept_out_by_rate(const Target& target) {
  return !target.surveys.empty() && std::all_of(target.surveys.begin(), target.surveys.end(), [](const Survey& survey) {
    return survey.open_error && survey.throttled;
  });
}

reports::PreflightFailure no_conversation(const std::vector<std::string>& problems) {
  const bool elsewhere = problems.front().find("points to another origin") != std::string::npos;
  return {.cause = "handshake-failed",
          .message = problems.front(),
          .fix = elsewhere
                     ? "Let the endpoint event name a path alone, or give the server its public URL."
                     : "Read the error: the endpoint answers as MCP does, but the handshake does not come to its end.",
          .evidence = problems,
          .curl = {}};
}

/// What every check would wait for in vain.
reports::PreflightFailure no_handshake_passes(const std::vector<std::string>& problems) {
  return {.cause = "rate-limited",
          .message = "the target limits the rate of requests so far that no handshake passes: " + problems.front(),
          .fix =
              "Wait, exempt the address of this machine or its key from the limit, or let the limit bear a handshake "
              "(two requests) and a few calls.",
          .evidence = problems,
          .curl = {}};
}

reports::PreflightFailure no_token(const wire::Error& error, const wire::OAuthClient& oauth) {
  const auto problem = wire::token_problem(error);
  return {.cause = std::string(problem.name),
          .message = error.detail,
          .fix = std::string(problem.fix),
          .evidence = {fmt::format("POST {}: {}", oauth.token_url, error.detail)},
          .curl = {}};
}

}  // namespace weir::conformance
