#include "conformance/ask/cors.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::cors_preflight_methods {
namespace {

/// Fetch, "CORS-safelisted method": these need no leave.
bool is_safelisted(const std::string& method) { return method == "GET" || method == "POST"; }

Finding run(Probe& probe) {
  for (const std::string& method : used_methods(probe)) {
    if (is_safelisted(method)) { continue; }
    auto offer = ask_preflight(probe, method);
    if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
    if (!offers_cors(*offer)) {
      const auto leave = ask_leave(probe, method);
      const auto post = ask_leave(probe);
      if (!leave || leave->offered || !post || !post->offered) { return not_applicable("the server offers no CORS"); }
      return fail(fmt::format("a preflight for {} to be answered as one for POST is", method), describe(*offer))
          .at("server, or what adds CORS before it", fmt::format("Allow {} in the CORS configuration.", method));
    }
    const std::string allowed = wire::lower(offer->head.headers.joined("access-control-allow-methods"));
    if (!lists(allowed, wire::lower(method)) && !lists(allowed, "*")) {
      return fail(fmt::format("{} in Access-Control-Allow-Methods", method), allowed.empty() ? "none" : allowed)
          .at("server, or what adds CORS before it", fmt::format("Allow {} in the CORS configuration.", method));
    }
    return pass(allowed);
  }
  return not_applicable("clients need GET and POST alone, which browsers may always send");
}

const Registration kCheck{{
    .id = "cors.preflight.methods",
    .title = "a server with sessions and CORS lets browser clients end them",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence = "Browser clients cannot DELETE their sessions: each page leaves one behind.",
    .fix = "Add DELETE and GET to POST among the allowed methods of the CORS configuration (allow_methods, "
           "Access-Control-Allow-Methods), at the server or before it.",
    .faults = {"cors.delete-not-allowed", "cors.delete-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_preflight_methods
