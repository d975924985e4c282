#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_api_key_wrong_refused {
namespace {

Finding run(Probe& probe) {
  const auto& key = probe.target().profile.api_key;
  if (!key) { return not_applicable("the profile has no api_key"); }
  wire::Request request = opening_request(probe);
  request.headers.set(key->header, "weir-wrong-key");
  return refused_with(probe, request, kKeyRefusals, key_door(*key));
}

const Registration kCheck{{
    .id = "auth.api-key.wrong-refused",
    .title = "a wrong API key is refused",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
    .consequence = "Any key opens the endpoint.",
    .fix = "Compare the key with the expected one before the request is handled, not merely whether the header is "
           "there, and answer 401 or 403 to any other.",
    .faults = {"auth.key-any"},
    .fixture = "api-key",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_api_key_wrong_refused
