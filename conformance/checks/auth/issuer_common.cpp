#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance {

namespace {

/// OpenID Connect Discovery 1.0 section 4 appends, RFC 8414 section 3.1 inserts.
std::vector<std::string> places(const wire::Url& issuer) {
  std::string path = issuer.path;
  while (path.ends_with('/')) { path.pop_back(); }
  return {issuer.origin() + path + "/.well-known/openid-configuration",
          issuer.origin() + "/.well-known/oauth-authorization-server" + path};
}

bool trusted(const Probe& probe, const wire::Url& issuer) {
  const auto& oauth = probe.target().profile.oauth;
  const auto token_url = wire::parse_url(oauth ? oauth->token_url : "");
  return issuer.origin() == probe.url().origin() || (token_url && issuer.origin() == token_url->origin());
}

}  // namespace

tl::expected<Discovery, Finding> discover(Probe& probe) {
  const auto absent = [](std::string why) { return tl::unexpected(not_applicable(std::move(why))); };
  if (!uses_bearer(probe)) { return absent("no bearer token is configured"); }
  const auto jwt = wire::decode_jwt(bearer_token(probe));
  if (!jwt) { return absent("the token is opaque, and names no issuer"); }
  Discovery found{
      .issuer = wire::jwt_text(jwt->claims, "iss"), .token = *jwt, .url = {}, .exchange = {}, .document = nullptr};
  const auto issuer = wire::parse_url(found.issuer);
  if (!issuer) { return absent(found.issuer.empty() ? "the token names no issuer" : "the token's issuer is no URL"); }
  if (!trusted(probe, *issuer)) {
    return tl::unexpected(untestable(fmt::format(
        "the token's issuer {} is not asked: it is on the origin neither of the target nor of oauth.token_url",
        found.issuer)));
  }
  for (const auto& place : places(*issuer)) {
    auto answer = probe.send({.method = "GET", .url = wire::parse_url(place).value()});  // Without credentials.
    if (!answer) { return tl::unexpected(probe.broken(answer.error(), "the issuer's discovery document")); }
    const auto text =
        answer->head.status == 200 ? wire::parse_json(answer->body) : wire::Result<wire::JsonText>(wire::fail({}, {}));
    const bool good = text && text->value.is_object();
    if (good || found.url.empty()) {
      found.url = place;
      found.exchange = std::move(*answer);
      found.document = good ? text->value : json::value(nullptr);
    }
    if (good) { break; }
  }
  return found;
}

}  // namespace weir::conformance
