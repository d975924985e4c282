#include "conformance/ask/cors.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::cors_expose_session_id {
namespace {

Finding run(Probe& probe) {
  auto offer = ask_preflight(probe);
  if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
  if (!offers_cors(*offer)) { return not_applicable("the server offers no CORS"); }
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  wire::Request request = initialize_request(probe);
  request.headers.set("Origin", probe.url().origin());
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "an answer to initialize"); }
  const std::string exposed = wire::lower(answer->head.headers.get("access-control-expose-headers"));
  if (exposed != "*" && !lists(exposed, "mcp-session-id")) {
    const bool on_preflight =
        lists(wire::lower(offer->head.headers.get("access-control-expose-headers")), "mcp-session-id");
    return fail("Mcp-Session-Id in Access-Control-Expose-Headers of the answer itself", on_preflight
                                                                                            ? "on the preflight alone"
                                                                                        : exposed.empty() ? "none"
                                                                                                          : exposed)
        .at("server, or what adds CORS before it", "Expose Mcp-Session-Id on the answers to POST.");
  }
  return pass(exposed);
}

const Registration kCheck{{
    .id = "cors.expose.session-id",
    .title = "a server that offers CORS exposes Mcp-Session-Id on the answer itself",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence = "A browser client never sees its session id, and its second call is refused.",
    .fix = "Add Mcp-Session-Id to Access-Control-Expose-Headers (exposedHeaders, expose_headers) of the answers to "
           "POST, not of the preflight alone.",
    .faults = {"cors.session-id-hidden", "cors.exposed-on-preflight-only"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_expose_session_id
