#include "conformance/run/token_remark.hpp"

#include <fmt/format.h>

#include "wire/auth/jwt.hpp"

namespace weir::conformance {

std::string why_refused(std::string_view token, double now_s) {
  constexpr double kNoticed = 1;
  const auto jwt = wire::decode_jwt(token);
  if (!jwt) { return {}; }
  if (const auto end = wire::jwt_time(jwt->claims, "exp"); end && *end < now_s) {
    return fmt::format("the token ran out {:.0f} s ago", now_s - *end);
  }
  const auto begin = wire::jwt_time(jwt->claims, "nbf");
  const auto issued = wire::jwt_time(jwt->claims, "iat");
  const double earliest = std::max(begin.value_or(0), issued.value_or(0));
  if (earliest > now_s + kNoticed) {
    return fmt::format(
        "the token is good only in {:.0f} s by this machine's clock: the issuer's is ahead of it, or this "
        "one behind",
        earliest - now_s);
  }
  return {};
}

}  // namespace weir::conformance
