#include "conformance/checks/cors/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto offer = ask_preflight(probe);
  if (!offer) {
    return probe.broken(offer.error(), "an answer to OPTIONS");
  }
  if (!offers_cors(*offer)) {
    return not_applicable("the server offers no CORS");
  }
  const std::string allowed = lower(offer->head.headers.get("access-control-allow-headers"));
  if (allowed == "*") {
    return pass("every header is allowed");
  }
  std::vector<std::string> missing;
  for (const auto& name : needed_headers(probe)) {
    if (!lists(allowed, name)) {
      missing.push_back(name);
    }
  }
  if (!missing.empty()) {
    return fail(fmt::format("{} in Access-Control-Allow-Headers", fmt::join(missing, ", ")),
                allowed.empty() ? "none" : allowed);
  }
  return pass(allowed);
}

const Registration kCheck{{
    .id = "cors.preflight.headers",
    .title = "a server that offers CORS allows the headers that a browser client must send",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence = "The handshake works and every later call of a browser client fails.",
    .faults = {"cors.headers-not-allowed"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
