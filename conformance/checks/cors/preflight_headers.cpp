#include "conformance/ask/cors.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::cors_preflight_headers {
namespace {

/// Fetch, "CORS-preflight fetch": `*` stands for every header but Authorization.
bool allows(const std::string& allowed, const std::string& name) {
  return lists(allowed, name) || (lists(allowed, "*") && name != "authorization");
}

/// A client that was given no id has none to send back.
bool gives_event_ids(Probe& probe) {
  const auto reply = probe.call(harmless_method(probe));
  return reply && std::any_of(reply->http.items.begin(), reply->http.items.end(), [](const auto& item) {
           const auto* event = std::get_if<wire::SseEvent>(&item);
           return event && event->has_id;
         });
}

Finding run(Probe& probe) {
  std::string all;
  for (const std::string& method : used_methods(probe)) {
    auto offer = ask_preflight(probe, method);
    if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
    if (!offers_cors(*offer)) { return not_applicable("the server offers no CORS"); }
    const std::string allowed = wire::lower(offer->head.headers.joined("access-control-allow-headers"));
    std::vector<std::string> missing;
    for (const auto& name : needed_headers(probe, method)) {
      if (allows(allowed, name) || (name == "last-event-id" && !gives_event_ids(probe))) { continue; }
      missing.push_back(name);
    }
    if (!missing.empty()) {
      return fail(fmt::format("{} in Access-Control-Allow-Headers for {}", fmt::join(missing, ", "), method),
                  allowed.empty() ? "none" : allowed)
          .at("server, or what adds CORS before it",
              fmt::format("Allow {} in the CORS configuration{}.", fmt::join(missing, ", "),
                          lists(allowed, "*") ? "; * does not stand for Authorization" : ""));
    }
    all = allowed;
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
    .faults = {"cors.headers-not-allowed", "cors.session-headers-not-allowed"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_preflight_headers
