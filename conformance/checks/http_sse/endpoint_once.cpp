#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_endpoint_once {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation over the stream"); }
  if (auto reply = dialogue->request(harmless_method(probe)); !reply) {
    return probe.broken(reply.error(), "an answer to ping");
  }
  int announced = 0;
  for (const auto& item : dialogue->stream()->exchange().items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    announced += event && event->type == "endpoint" ? 1 : 0;
  }
  if (announced != 1) { return fail("one endpoint event on the stream", fmt::format("{} of them", announced)); }
  return pass("one endpoint event, and none after two requests");
}

const Registration kCheck{{
    .id = "http-sse.endpoint.once",
    .title = "a stream announces its endpoint once",
    .level = Level::should,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence =
        "A second endpoint event sends later messages elsewhere: clients keep the first or the last, as they please.",
    .fix = "Send the endpoint event in one place, as the stream opens: not with heartbeats, not after a POST, and "
           "not by a second transport on the same response.",
    .faults = {"http-sse.endpoint-twice"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_once
