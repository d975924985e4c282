#include "conformance/ask/cors.hpp"

namespace weir::conformance::cors_credentials_no_wildcard {
namespace {

Finding run(Probe& probe) {
  auto offer = ask_preflight(probe);
  if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
  if (!offers_cors(*offer)) { return not_applicable("the server offers no CORS"); }
  const std::string_view origin = offer->head.headers.get("access-control-allow-origin");
  const std::string_view credentials = offer->head.headers.get("access-control-allow-credentials");
  if (origin == "*" && credentials == "true") {
    return fail("one origin by name where credentials are allowed", "Access-Control-Allow-Origin: * with credentials")
        .at("server, or what adds CORS before it", "Echo the Origin of an allow-list, or leave credentials out.");
  }
  return pass(fmt::format("Access-Control-Allow-Origin: {}", origin));
}

const Registration kCheck{{
    .id = "cors.credentials.no-wildcard",
    .title = "credentials are not allowed together with any origin",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
    .consequence = "Browsers refuse the pair, so clients with credentials cannot connect.",
    .fix = "Echo an Origin from an allow-list in place of the wildcard, or take Access-Control-Allow-Credentials out, "
           "at the server or what adds CORS before it.",
    .faults = {"cors.wildcard-with-credentials"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_credentials_no_wildcard
