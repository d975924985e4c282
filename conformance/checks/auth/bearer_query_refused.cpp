#include "conformance/ask/auth.hpp"
#include "wire/http/query.hpp"

namespace weir::conformance::auth_bearer_query_refused {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const std::string token = bearer_token(probe);
  if (token.empty()) { return untestable("the token is not known to Weir"); }
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  wire::add_to_query(request.url, "access_token", token);
  return refused_with(probe, request, {400, 401, 403}, bearer_door(probe));
}

const Registration kCheck{{
    .id = "auth.bearer.query-refused",
    .title = "a token in the query is not taken",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .requirements = {"auth.query-token-not-accepted"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "Tokens in URLs end up in the logs of every hop.",
    .fix = "Read tokens from the Authorization header alone: switch access_token of the query off in the token "
           "extractor and the gateway, and answer 401 without the header.",
    .faults = {"auth.token-in-query"},
    .fixture = "bearer",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_query_refused
