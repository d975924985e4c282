#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_endpoint_first {
namespace {

Finding run(Probe& probe) {
  auto stream = open_stream(probe);
  if (!stream) { return probe.broken(stream.error(), "an event stream"); }
  auto event = stream->next_event(probe.answer_deadline());
  if (!event) { return fail("an `endpoint` event first", "no event"); }
  if (event->type != "endpoint") {
    return fail("an `endpoint` event first", fmt::format("an event of type '{}' first: {}", event->type,
                                                         wire::excerpt(std::string_view(event->data), 60)));
  }
  return pass(fmt::format("endpoint {} came first", event->data));
}

const Registration kCheck{{
    .id = "http-sse.endpoint.first",
    .title = "the first event of a stream is `endpoint`",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.endpoint-event", "transport.sse.endpoint-event-first"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "Clients that fall back to HTTP+SSE recognise the transport by its first event; another one first "
                   "makes them give up.",
    .fix = "Write and flush the endpoint event as soon as the GET comes, before any message or other event, and "
           "switch buffering off on the way (nginx: proxy_buffering off).",
    .faults = {"http-sse.endpoint-late"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_first
