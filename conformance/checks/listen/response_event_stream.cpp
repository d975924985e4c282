#include <algorithm>

#include "conformance/ask/listen.hpp"

namespace weir::conformance::listen_response_event_stream {
namespace {

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  json::value id;
  auto stream = open_listen(probe, id);
  if (!stream) { return probe.broken(stream.error(), "an event stream"); }
  if (stream->exchange().head.status != 200 || !stream->exchange().is_event_stream()) {
    stream->read_to_end(probe.in(std::chrono::milliseconds(200)));
    return fail("200 with text/event-stream", describe(stream->exchange()));
  }
  if (stream->read_to_end(probe.in(std::max(std::chrono::milliseconds(500), probe.target().hold)))) {
    return fail("a stream that stays open", "it ended: " + std::string(to_string(stream->exchange().end)));
  }
  return pass("open");
}

const Registration kCheck{{
    .id = "listen.response.event-stream",
    .title = "subscriptions/listen opens an event stream that stays open",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"subscriptions.sse-response"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "Clients never learn of a change.",
    .fix = "Answer subscriptions/listen by 200 with text/event-stream, stay in the handler while the client is "
           "there, and lift limits on a response's duration on the way.",
    .faults = {"listen.json-answer", "listen.ends-at-once"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::listen_response_event_stream
