#include <algorithm>

#include "conformance/ask/cors.hpp"

namespace weir::conformance::cors_preflight_authorization {
namespace {

Finding run(Probe& probe) {
  if (!probe.target().headers.has("Authorization")) { return not_applicable("no token is sent"); }
  const auto leave = ask_leave(probe);
  if (!leave) { return probe.broken(leave.error(), "an answer to OPTIONS"); }
  if (!leave->offered) { return not_applicable("the server offers no CORS"); }
  if (std::find(leave->missing.begin(), leave->missing.end(), "authorization") != leave->missing.end()) {
    return fail("authorization in Access-Control-Allow-Headers", leave->allowed.empty() ? "none" : leave->allowed)
        .at("server, or what adds CORS before it",
            "Name Authorization among the allowed headers: * does not stand for it.");
  }
  return pass(leave->allowed);
}

const Registration kCheck{{
    .id = "cors.preflight.authorization",
    .title = "where tokens are taken, CORS names Authorization among the allowed headers",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name",
    .consequence = "A browser never sends the token: the page sees a network error, the server sees nothing.",
    .fix = "Name Authorization in Access-Control-Allow-Headers of the preflight, beside the MCP headers: the wildcard "
           "* does not stand for it.",
    .faults = {"cors.star-without-authorization"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_preflight_authorization
