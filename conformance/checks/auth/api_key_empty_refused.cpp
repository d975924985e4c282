#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_api_key_empty_refused {
namespace {

Finding run(Probe& probe) {
  const auto& key = probe.target().profile.api_key;
  if (!key) { return not_applicable("the profile has no api_key"); }
  wire::Request request = opening_request(probe);
  request.headers.set(key->header, "");
  return refused_with(probe, request, kKeyRefusals, key_door(*key));
}

const Registration kCheck{{
    .id = "auth.api-key.empty-refused",
    .title = "an empty API key is refused",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
    .consequence = "An unset variable in a client, or in the server, opens the endpoint.",
    .fix = "Refuse an empty key with 401 or 403 before it is compared, and let the server refuse to start where the "
           "expected key is unset or empty.",
    .faults = {"auth.key-empty-accepted"},
    .fixture = "api-key",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_api_key_empty_refused
