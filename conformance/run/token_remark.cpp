#include "conformance/run/token_remark.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "wire/auth/jwt.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

/// A claim or member that is one text or several (RFC 7519 section 4.1.3).
std::vector<std::string> texts_of(const wire::json::value* value) {
  std::vector<std::string> texts;
  if (const auto text = wire::as_string(value)) { texts.emplace_back(*text); }
  if (const auto* list = wire::as_array(value)) {
    for (const auto& item : *list) {
      if (const auto text = wire::as_string(&item)) { texts.emplace_back(*text); }
    }
  }
  return texts;
}

std::string without_slash(std::string_view url) {
  return std::string(url.substr(0, url.size() - (url.ends_with('/') ? 1 : 0)));
}

bool has(const std::vector<std::string>& texts, std::string_view one) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const auto& text) { return without_slash(text) == without_slash(one); });
}

std::string shown(const std::vector<std::string>& texts) {
  return wire::excerpt(fmt::format("{}", fmt::join(texts, ", ")), 160);
}

}  // namespace

std::optional<TokenRemark> compare_with_metadata(std::string_view token, const wire::json::value& metadata) {
  const auto jwt = wire::decode_jwt(token);
  const auto resource = wire::as_string(wire::find(metadata, "resource"));
  if (!jwt || !resource) { return std::nullopt; }
  const auto audience = texts_of(jwt->claims.if_contains("aud"));
  const auto servers = texts_of(wire::find(metadata, "authorization_servers"));
  const std::string issuer = wire::jwt_text(jwt->claims, "iss");
  if (audience.empty() || issuer.empty()) { return std::nullopt; }
  const std::string asked = wire::excerpt(*resource, 160);
  if (!has(audience, *resource)) {
    return TokenRemark{
        fmt::format("the token is for '{}', and the metadata asks for one for '{}'", shown(audience), asked),
        fmt::format("Ask for the token with resource={}, and see that the issuer puts it into aud.", asked)};
  }
  if (!servers.empty() && !has(servers, issuer)) {
    return TokenRemark{fmt::format("the token was issued by '{}', and the metadata names '{}'",
                                   wire::excerpt(std::string_view(issuer), 160), shown(servers)),
                       "Get the token from an authorization server that the metadata names."};
  }
  return TokenRemark{fmt::format("the token is for '{}' by '{}', as the metadata asks", asked,
                                 wire::excerpt(std::string_view(issuer), 160)),
                     "Let the server check tokens for the audience and the issuer that its metadata names: it expects "
                     "others, as one that knows itself by an inner name does."};
}

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
