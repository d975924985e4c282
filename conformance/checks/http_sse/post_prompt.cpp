#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_post_prompt {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "an HTTP answer to the POST"); }
  if (reply->http.head.status == 0) {
    return fail("an HTTP answer to the POST", reply->response
                                                  ? "the reply came on the stream, the POST was never answered"
                                                  : "neither an answer nor a reply");
  }
  if (reply->http.end == wire::EndClass::open) { return fail("the answer to the POST ends", "its body stayed open"); }
  return pass(fmt::format("answered in {} ms", reply->http.timings.head_us / 1000));
}

const Registration kCheck{{
    .id = "http-sse.post.prompt",
    .title = "a POST is answered, whatever happens on the stream",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.endpoint-uri-accepts-posts"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "A POST that stays open holds a connection and a client that waits for it, per message.",
    .fix = "Answer the POST by 202 and end that response as soon as the message is taken in, and handle the "
           "message in a task that writes to the stream.",
    .faults = {"http-sse.post-hangs"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_post_prompt
