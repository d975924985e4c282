#include "conformance/ask/cors.hpp"
#include "conformance/probe/status.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::cors_expose_challenge {
namespace {

Finding run(Probe& probe) {
  if (!probe.target().headers.has("Authorization")) { return not_applicable("no bearer token is configured"); }
  auto offer = ask_preflight(probe);
  if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
  if (!offers_cors(*offer)) { return not_applicable("the server offers no CORS"); }
  wire::Request request = from_browser(probe, initialize_request(probe));
  request.headers.remove("Authorization");
  const auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "an answer to initialize"); }
  if (answer->head.status != kUnauthorized || !answer->head.headers.has("WWW-Authenticate")) {
    return untestable("a request without a token gets no challenge: " + describe(*answer));
  }
  if (!lets_origin_in(probe, *answer)) {
    return untestable("a 401 carries no CORS, which cors.errors.allow-origin says");
  }
  const std::string exposed = wire::lower(answer->head.headers.joined("access-control-expose-headers"));
  if (exposed == "*" || lists(exposed, "www-authenticate")) { return pass(exposed); }
  return fail("WWW-Authenticate in Access-Control-Expose-Headers of a 401", exposed.empty() ? "none" : exposed)
      .at("server, or what adds CORS before it", "Expose WWW-Authenticate beside Mcp-Session-Id.");
}

const Registration kCheck{{
    .id = "cors.expose.challenge",
    .title = "a server that offers CORS exposes WWW-Authenticate on a 401",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence = "A browser client never sees where the metadata is, and cannot begin to log in.",
    .fix = "Add WWW-Authenticate to Access-Control-Expose-Headers of the 401 itself, in the CORS settings of the "
           "server or in the gateway's error responses.",
    .faults = {"cors.challenge-hidden"},
    .fixture = "bearer",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_expose_challenge
