#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_api_key_prefix_refused {
namespace {

Finding run(Probe& probe) {
  const auto& key = probe.target().profile.api_key;
  if (!key) { return not_applicable("the profile has no api_key"); }
  wire::Request request = opening_request(probe);
  request.headers.set(key->header, key->value.substr(0, key->value.size() / 2));
  Finding finding = refused_with(probe, request, kKeyRefusals, key_door(*key));
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  wire::Request other = request;
  other.headers.set(key->header, "weir-wrong-key");
  const auto any = probe.send(other, probe.in(std::chrono::milliseconds(1500)));
  probe.pin_request(request);
  return any && any->ok() ? untestable("any key is let in, which auth.api-key.wrong-refused judges") : finding;
}

const Registration kCheck{{
    .id = "auth.api-key.prefix-refused",
    .title = "the beginning of the API key is refused",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
    .consequence = "The key can be guessed one character at a time.",
    .fix = "Compare the whole key, by the SHA-256 of both sides in constant time, instead of a prefix or as many "
           "characters as came, and answer 401 or 403.",
    .faults = {"auth.key-prefix-accepted"},
    .fixture = "api-key",
    .wrong_credentials = 1,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.api-key.prefix-refused", "it takes a key that is cut short"};

}  // namespace
}  // namespace weir::conformance::auth_api_key_prefix_refused
