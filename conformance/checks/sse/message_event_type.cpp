#include "conformance/ask/passive.hpp"
#include "conformance/tap/renamed_event.hpp"

namespace weir::conformance::sse_message_event_type {
namespace {

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    probe.keep_judging();
    const bool speaks = seen->http.is_event_stream() && seen->http.body.find("\"jsonrpc\"") != std::string::npos;
    if (!speaks) { continue; }
    places.looked();
    if (auto renamed = renamed_event(*seen)) { places.broken(seen, std::move(*renamed)); }
  }
  return judged(probe, places, "JSON-RPC in events of type message", "event streams with messages",
                "no message came on an event stream");
}

const Registration kCheck{{
    .id = "sse.message.event-type",
    .title = "JSON-RPC comes in events of type `message`, or of none",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage",
    .consequence = "Clients listen for `message` events: what comes under another type is never delivered.",
    .fix = "Write JSON-RPC in events with `event: message` or without an event field, and name no event after a "
           "method, a tool or a kind of message.",
    .faults = {"sse.message-renamed"},
    .green_may_be = "no message came on an event stream",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_message_event_type
