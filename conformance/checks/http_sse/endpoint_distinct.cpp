#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_endpoint_distinct {
namespace {

Finding run(Probe& probe) {
  auto first = open_stream(probe);
  auto second = open_stream(probe);
  if (!first || !second) {
    return probe.broken(first ? second.error() : first.error(), "two streams at the same time");
  }
  if (first->exchange().ok() && !second->exchange().ok()) {
    return fail("a second client that gets a stream while the first one has its own",
                "a second stream is refused beside the first: " + describe(second->exchange()))
        .at("server", "Make a new server and transport for each client, not one for the process.");
  }
  auto one = read_endpoint(probe, *first);
  auto two = read_endpoint(probe, *second);
  if (!one || !two) { return probe.broken(one ? two.error() : one.error(), "an endpoint event on both streams"); }
  if (*one == *two) {
    return fail("a URI of its own for each stream", "both announce " + wire::excerpt(std::string_view(*one), 100));
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
    .turn = Turn::first,
    .explains = {Trouble::refused_session, Trouble::silence, Trouble::server_error, Trouble::loss},
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.endpoint.distinct", "it takes two streams, side by side"};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_distinct
