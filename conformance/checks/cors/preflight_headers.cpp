#include <algorithm>

#include "conformance/ask/cors.hpp"

namespace weir::conformance::cors_preflight_headers {
namespace {

/// A client that was given no id has none to send back.
bool gives_event_ids(Probe& probe) {
  const auto reply = probe.call(harmless_method(probe));
  return reply && std::any_of(reply->http.items.begin(), reply->http.items.end(), [](const auto& item) {
           const auto* event = std::get_if<wire::SseEvent>(&item);
           return event && event->has_id && !event->last_event_id.empty();
         });
}

Finding run(Probe& probe) {
  std::string all;
  for (const std::string& method : used_methods(probe)) {
    auto leave = ask_leave(probe, method);
    if (!leave) { return probe.broken(leave.error(), "an answer to OPTIONS"); }
    if (!leave->offered) { return not_applicable("the server offers no CORS"); }
    std::erase_if(leave->missing, [&](const std::string& name) {
      // What is sent as a token is the matter of cors.preflight.authorization.
      return name == "authorization" || (name == "last-event-id" && !gives_event_ids(probe));
    });
    if (!leave->missing.empty()) {
      return fail(fmt::format("{} in Access-Control-Allow-Headers for {}", fmt::join(leave->missing, ", "), method),
                  leave->allowed.empty() ? "none" : leave->allowed)
          .at("server, or what adds CORS before it",
              fmt::format("Allow {} in the CORS configuration.", fmt::join(leave->missing, ", ")));
    }
    all = leave->allowed;
  }
  return pass(all);
}

const Registration kCheck{{
    .id = "cors.preflight.headers",
    .title = "a server that offers CORS allows the headers that a browser client must send",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence = "The handshake works and every later call of a browser client fails.",
    .fix = "List Content-Type, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name and the API "
           "key's header in Access-Control-Allow-Headers.",
    .faults = {"cors.headers-not-allowed", "cors.headers-refused", "cors.session-headers-not-allowed"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_preflight_headers
