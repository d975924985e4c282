#include "conformance/ask/listen.hpp"

namespace weir::conformance::listen_ack_first {
namespace {

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  json::value id;
  auto stream = open_listen(probe, id);
  if (!stream) { return probe.broken(stream.error(), "an event stream"); }
  if (!stream->exchange().is_event_stream()) {
    return untestable("no event stream came: " + describe(stream->exchange()));
  }
  auto first = next_message(probe, *stream);
  if (!first) { return fail("notifications/subscriptions/acknowledged", "no message"); }
  if (first->method != "notifications/subscriptions/acknowledged") {
    return fail("notifications/subscriptions/acknowledged first", wire::excerpt(first->raw, 100));
  }
  return pass("acknowledged");
}

const Registration kCheck{{
    .id = "listen.ack.first",
    .title = "the first message of a listen stream is the acknowledgment",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"subscriptions.ack-first"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "A client that waits for it cannot tell whether it is subscribed.",
    .fix = "Write and flush notifications/subscriptions/acknowledged as the listen stream opens, and register the "
           "stream for changes only after that.",
    .faults = {"listen.no-ack", "listen.ack-late"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::listen_ack_first
