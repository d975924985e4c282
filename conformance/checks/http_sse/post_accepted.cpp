#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_post_accepted {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "a 2xx for the POST of a ping"); }
  if (reply->http.head.status == 0) { return fail("a 2xx for the POST of a ping", "no answer to the POST"); }
  if (!reply->http.ok()) { return fail("a 2xx for the POST of a ping", describe(reply->http)); }
  return pass(fmt::format("HTTP {}", reply->http.head.status));
}

const Registration kCheck{{
    .id = "http-sse.post.accepted",
    .title = "a POST to the announced URI is accepted with a 2xx",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.endpoint-uri-accepts-posts", "transport.sse.two-endpoints"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "A client treats any other status as a lost message.",
    .fix = "Answer the POST by 202 as soon as its message is read, and report failures on the stream; behind "
           "express.json() hand req.body to handlePostMessage.",
    .faults = {"http-sse.post-500"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_post_accepted
