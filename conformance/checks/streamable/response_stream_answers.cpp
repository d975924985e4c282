#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_response_stream_answers {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "an answer"); }
  if (!reply->http.is_event_stream()) { return not_applicable("requests are answered without a stream"); }
  if (!reply->response) { return fail("the response of ping on its stream", reply->describe()); }
  return pass("the response came");
}

const Registration kCheck{{
    .id = "streamable.response-stream.answers",
    .title = "the event stream of a request brings its response",
    .level = Level::should,
    .eras = kStreamable,
    .requirements = {"transport.streamable.sse-eventual-response"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "The client waits until its timeout, for every call.",
    .fix = "Write the response of a request to that request's own event stream and flush it before the stream ends, on "
           "error paths too.",
    .faults = {"streamable.response-lost"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_response_stream_answers
