#include "conformance/ask/auth.hpp"
#include "wire/http/query.hpp"

namespace weir::conformance::auth_api_key_query_refused {
namespace {

Finding run(Probe& probe) {
  const auto& key = probe.target().profile.api_key;
  if (!key) { return not_applicable("the profile has no api_key"); }
  wire::Request request = opening_request(probe);
  request.headers.remove(key->header);
  for (const char* name : {"api_key", "apikey", "key", "x-api-key"}) {
    wire::add_to_query(request.url, name, key->value);
  }
  return refused_with(probe, request, kKeyRefusals, key_door(*key));
}

const Registration kCheck{{
    .id = "auth.api-key.query-refused",
    .title = "the API key is not taken from the query",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
    .consequence = "Keys in URLs end up in the logs of every hop.",
    .fix = "Read the key from its header alone: take the fallback to query parameters out of middleware, gateway and "
           "authorizer, and answer 401 or 403 without the header.",
    .faults = {"auth.key-in-query"},
    .fixture = "api-key",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_api_key_query_refused
