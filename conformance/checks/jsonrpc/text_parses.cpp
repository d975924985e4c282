#include <algorithm>

#include "conformance/ask/passive.hpp"
#include "conformance/tap/broken_json.hpp"
#include "conformance/tap/spliced_comment.hpp"

namespace weir::conformance::jsonrpc_text_parses {
namespace {

/// What http-sse names its endpoint by is no message.
bool has_message(const wire::Exchange& http) {
  return http.is_json() || std::any_of(http.items.begin(), http.items.end(), [](const wire::SseItem& item) {
           const auto* event = std::get_if<wire::SseEvent>(&item);
           return event && event->type == "message";
         });
}

Finding run(Probe& probe) {
  Places places;
  bool spliced = false;
  for (const auto& seen : seen_by(probe)) {
    probe.keep_judging();
    const wire::Exchange& http = seen->http;
    if (http.body.empty() || !(http.is_json() || http.is_event_stream())) { continue; }
    auto why = broken_json(*seen);
    if (auto comment = why ? spliced_comment(*seen) : std::nullopt) {
      why = std::move(comment);
      spliced = true;
    }
    if (!why && !has_message(http)) { continue; }
    places.looked();
    if (why) { places.broken(seen, *std::move(why)); }
  }
  auto finding = judged(probe, places, "messages that are JSON", "answers", "no answer was JSON, or a stream of it");
  if (!spliced) { return finding; }
  return std::move(finding).at("the gateway or proxy that writes heartbeats",
                               "Write heartbeat comments between events alone, behind a blank line: what passes on "
                               "chunks as they come must not take the end of a chunk for the end of a line.");
}

const Registration kCheck{{
    .id = "jsonrpc.text.parses",
    .title = "messages are JSON that a parser reads",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-2",
    .consequence = "Clients cannot read the answer at all: the request fails, or is waited for until it times out.",
    .fix = "Write messages by a JSON serializer alone, whole, as a JSON body or behind `data:` in an event stream, "
           "and let no log line or error page print into the response.",
    .faults = {"jsonrpc.raw-control-character", "sse.comment-in-line"},
    .fault_eras = {"streamable", "stateless"},
    .green_may_be = "no answer was JSON",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_text_parses
