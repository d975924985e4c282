#include "conformance/ask/cors.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::cors_preflight_authorization {
namespace {

Finding run(Probe& probe) {
  if (!probe.target().headers.has("Authorization")) { return not_applicable("no token is sent"); }
  auto offer = ask_preflight(probe);
  if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
  if (!offers_cors(*offer)) { return not_applicable("the server offers no CORS"); }
  const std::string allowed = wire::lower(offer->head.headers.joined("access-control-allow-headers"));
  if (!lists(allowed, "authorization")) {
    return fail("authorization in Access-Control-Allow-Headers", allowed.empty() ? "none" : allowed)
        .at("server, or what adds CORS before it",
            "Name Authorization among the allowed headers: * does not stand for it.");
  }
  return pass(allowed);
}

const Registration kCheck{{
    .id = "cors.preflight.authorization",
    .title = "where tokens are taken, CORS names Authorization among the allowed headers",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name",
    .consequence = "A browser never sends the token: the page sees a network error, the server sees nothing.",
    .faults = {"cors.star-without-authorization"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_preflight_authorization
