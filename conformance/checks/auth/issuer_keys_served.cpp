#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_issuer_keys_served {
namespace {

Finding at_provider(Finding finding, std::string fix) {
  return std::move(finding).at("OpenID provider", std::move(fix));
}

/// What only the owner of a key may know (RFC 7518 section 6).
bool gives_private_part(const json::object& key) { return key.contains("d") || key.contains("k"); }

Finding judge_keys(const json::array& keys, const std::string& kid) {
  bool known = kid.empty();
  for (const auto& one : keys) {
    const auto* key = one.if_object();
    if (!key) { return at_provider(fail("keys that are objects", wire::excerpt(one)), "Serve a JWK set (RFC 7517)."); }
    if (gives_private_part(*key)) {
      return at_provider(fail("public keys alone", "a key with its private part"),
                         "Take the private part out of the key set, and make new keys: these are known.");
    }
    known = known || wire::jwt_text(*key, "kid") == kid;
  }
  if (!known) {
    return at_provider(fail(fmt::format("the key \"{}\" that signed the token", kid),
                            fmt::format("{} other key{}", keys.size(), keys.size() == 1 ? "" : "s")),
                       "Publish a new key before it signs, and keep an old one for as long as its tokens live.");
  }
  return pass(fmt::format("{} key{}, the token's among them", keys.size(), keys.size() == 1 ? "" : "s"));
}

Finding run(Probe& probe) {
  const auto found = discover(probe);
  if (!found) { return found.error(); }
  const auto place = wire::string_or(found->document, "jwks_uri", "");
  if (place.empty()) {
    return untestable("no discovery document tells where the keys are: " + describe(found->exchange));
  }
  const auto url = wire::parse_url(std::string(place));
  if (!url) { return at_provider(fail("a jwks_uri that is a URL", wire::excerpt(place)), "Correct jwks_uri."); }
  const auto issuer = wire::parse_url(found->issuer);
  if (!issuer || url->origin() != issuer->origin()) {
    return untestable(fmt::format("the keys are on another origin, which is not asked: {}", url->origin()));
  }
  const auto answer = probe.send({.method = "GET", .url = *url});  // Without credentials.
  if (!answer) { return probe.broken(answer.error(), "the issuer's keys"); }
  const auto text =
      answer->head.status == 200 ? wire::parse_json(answer->body) : wire::Result<wire::JsonText>(wire::fail({}, {}));
  const auto* keys = text ? wire::as_array(wire::find(text->value, "keys")) : nullptr;
  if (!keys) {
    return at_provider(fail("200 with a JWK set at jwks_uri", describe(*answer)),
                       "Make jwks_uri answer, from inside the network too: a server that starts now knows no key.");
  }
  return judge_keys(*keys, wire::jwt_text(found->token.header, "kid"));
}

const Registration kCheck{{
    .id = "auth.issuer.keys-served",
    .title = "the issuer publishes the key that signed the token, and no private one",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc7517#section-5",
    .consequence = "Every server that fetches the keys anew, after a restart or a rotation, refuses every token.",
    .fix = "Serve at jwks_uri a JWK set of public keys alone: a new one before it signs, an old one until its last "
           "token has run out, and none whose private part was shown.",
    .faults = {"openid.keys-unavailable", "openid.keys-retired", "openid.keys-private"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_issuer_keys_served
