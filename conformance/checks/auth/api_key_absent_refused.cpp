#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_api_key_absent_refused {
namespace {

Finding run(Probe& probe) {
  const auto& key = probe.target().profile.api_key;
  if (!key) { return not_applicable("the profile has no api_key"); }
  wire::Request request = opening_request(probe);
  request.headers.remove(key->header);
  return refused_with(probe, request, kKeyRefusals);
}

const Registration kCheck{{
    .id = "auth.api-key.absent-refused",
    .title = "a request without the API key is refused",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
    .consequence = "The endpoint is open to everyone who finds it.",
    .fix = "Check the API key before any handler, on every path and method of the endpoint (API Gateway: "
           "apiKeyRequired on each method), and answer 401 or 403 without it.",
    .faults = {"auth.key-optional"},
    .fixture = "api-key",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_api_key_absent_refused
