#include "conformance/checks/http_sse/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto first = open_stream(probe);
  auto second = open_stream(probe);
  if (!first || !second) {
    return probe.broken(first ? second.error() : first.error(), "two streams at the same time");
  }
  auto one = first->next_event(probe.answer_deadline());
  auto two = second->next_event(probe.answer_deadline());
  if (!one || !two) {
    return fail("an endpoint event on both streams", "none on one of them");
  }
  if (one->data == two->data) {
    return fail("a URI of its own for each stream", "both announce " + wire::excerpt(std::string_view(one->data), 100));
  }
  return pass("each stream has its own URI");
}

const Registration kCheck{{
    .id = "http-sse.endpoint.distinct",
    .title = "two streams announce different URIs",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.concurrent-clients"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "Streams that share one URI cannot tell whose message it is: replies reach the wrong client.",
    .faults = {"http-sse.endpoint-shared"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
