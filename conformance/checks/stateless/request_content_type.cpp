#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_request_content_type {
namespace {

Finding run(Probe& probe) {
  auto answer = probe.send(modern_request(probe, listing_methods(probe.survey()).back()));
  if (!answer) { return probe.broken(answer.error(), "an answer"); }
  if (!answer->is_json() && !answer->is_event_stream()) {
    return fail("application/json or text/event-stream", describe(*answer));
  }
  return pass(wire::media_type(answer->head.headers.get("content-type")));
}

const Registration kCheck{{
    .id = "stateless.request.content-type",
    .title = "a request is answered as JSON or as an event stream",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"transport.streamable.request-response-content-type"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#sending-messages",
    .consequence = "Clients refuse any other media type.",
    .fix = "Set Content-Type: application/json on a JSON answer and text/event-stream on a stream, in place of the "
           "framework's default (text/plain, text/html).",
    .faults = {"stateless.answer-text-plain"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_request_content_type
