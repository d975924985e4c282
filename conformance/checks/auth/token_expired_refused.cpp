#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_expired_refused {
namespace {

constexpr double kSkewSeconds = 120;  ///< Servers forgive the clocks of others so much.
/// A token that lives no longer is waited for.
constexpr double kWaitSeconds = 4;

constexpr double kPastSeconds = 1;

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto& oauth = probe.target().profile.oauth;
  if (oauth && !oauth->expired_token.empty()) {
    const auto jwt = wire::decode_jwt(oauth->expired_token);
    const auto until = jwt ? wire::jwt_time(jwt->claims, "exp") : std::nullopt;
    if (until && *until + kSkewSeconds > now_seconds()) {
      return untestable("oauth.expired_token has not run out, or so lately that a clock may be wrong");
    }
    return all_refused(probe, {{"that has run out", "Bearer " + oauth->expired_token}});
  }
  const auto own = bearer_token(probe);
  const auto jwt = wire::decode_jwt(own);
  const auto until = jwt ? wire::jwt_time(jwt->claims, "exp") : std::nullopt;
  const double left = until ? *until - now_seconds() : 0;
  if (!until || left > kWaitSeconds || !oauth) {
    return untestable(until ? fmt::format("the token is good for another {:.0f} s; keep one until it has run out and "
                                          "give it as oauth.expired_token",
                                          left)
                            : "when the token runs out cannot be told; give one that has as oauth.expired_token");
  }
  // Asked for apart: ours is renewed as it ages.
  const auto short_lived = another_token(probe, {});
  if (!short_lived) { return untestable("a token to wait for: " + short_lived.error().detail); }
  const auto end = wire::jwt_time(wire::decode_jwt(*short_lived).value_or(wire::Jwt{}).claims, "exp");
  const double wait = std::clamp(end.value_or(0) - now_seconds(), 0.0, kWaitSeconds) + kPastSeconds;
  probe.pause(std::chrono::milliseconds(static_cast<int>(wait * 1000)));
  if (probe.out_of_time()) { return untestable("the run ended before the token ran out"); }
  auto finding = all_refused(probe, {{"that ran out while Weir waited", "Bearer " + *short_lived}});
  if (finding.verdict == reports::Verdict::fail && finding.got.find("is taken") != std::string::npos) {
    return untestable(
        fmt::format("a token is still taken {} s after it ran out, which a clock that is forgiven explains; "
                    "keep it and give it as oauth.expired_token",
                    kPastSeconds));
  }
  return finding;
}

const Registration kCheck{{
    .id = "auth.token.expired-refused",
    .title = "a token that has run out is answered 401",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"auth.invalid-token-401"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-handling",
    .consequence = "A token that was stolen, or of somebody who has left, is good for ever.",
    .fix = "Leave the expiry check of the JWT library on (verify_exp, no ignoreExpiration), run it for cached and "
           "in-session tokens too, and answer 401 once exp has passed.",
    .faults = {"token.expired-taken"},
    .fixture = "token",
    .waits = true,
    .wrong_credentials = 1,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.expired-refused", "it takes a token that has run out"};

}  // namespace
}  // namespace weir::conformance::auth_token_expired_refused
