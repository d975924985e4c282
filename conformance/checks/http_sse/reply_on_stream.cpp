#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_reply_on_stream {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "the reply on the stream"); }
  if (!reply->response) { return fail("the reply on the stream", reply->describe()); }
  return pass("the reply came as an event on the stream");
}

const Registration kCheck{{
    .id = "http-sse.reply.on-stream",
    .title = "the reply to a request comes on the stream",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.reply-on-stream"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence =
        "Clients of this transport read replies from the stream alone; a reply in the body of the POST is never seen.",
    .fix = "Write and flush the reply as an event on the stream of the session that the POST names, and answer "
           "that POST by 202 without the reply.",
    .faults = {"http-sse.reply-in-post"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_reply_on_stream
