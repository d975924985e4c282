#include "conformance/ask/auth.hpp"
#include "conformance/ask/cors.hpp"

namespace weir::conformance::cors_preflight_open {
namespace {

Finding run(Probe& probe) {
  auto answer = probe.send(from_browser(probe, opening_request(probe)));
  if (!answer) { return probe.broken(answer.error(), "an answer"); }
  if (!lets_origin_in(probe, *answer)) { return not_applicable("the server offers no CORS"); }
  auto offer = ask_preflight(probe);
  if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
  if (!offer->ok()) {
    const auto leave = ask_leave(probe);
    if (leave && leave->offered) {
      const bool of_token = leave->missing == std::vector<std::string>{"authorization"};
      return untestable(fmt::format("a preflight is refused for its headers, which cors.preflight.{} says: {}",
                                    of_token ? "authorization" : "headers", describe(*offer)));
    }
    const bool auth = offer->head.status == 401 || offer->head.status == 403;
    return fail("2xx to a preflight, which never has credentials", describe(*offer))
        .at(auth ? "what checks credentials" : "server",
            auth ? "Let OPTIONS pass before credentials are checked (gateway authorizer, auth_request, middleware)."
                 : "Answer OPTIONS before the request is routed or its body is read.");
  }
  return pass(describe(*offer));
}

const Registration kCheck{{
    .id = "cors.preflight.open",
    .title = "where answers carry CORS, a preflight without credentials is answered 2xx",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#cors-preflight-fetch",
    .consequence = "Browsers send no credentials with a preflight, and no request after one that is refused.",
    .fix = "Answer OPTIONS with 204 in the CORS layer, before credentials, routing and body parsing (API Gateway: an "
           "OPTIONS method without authorizer).",
    .faults = {"cors.preflight-401", "cors.preflight-500"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_preflight_open
