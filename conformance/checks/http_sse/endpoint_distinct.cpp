#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_endpoint_distinct {
namespace {

/// One server object for all streams can be connected to one of them alone; many a process ends when it is told to
/// connect once more.
Finding one_at_a_time(std::string got) {
  return fail("a stream for a second client while the first one's is open", std::move(got))
      .at("server", "Make a server and a transport for each stream, not one server for all of them.");
}

Finding run(Probe& probe) {
  auto first = open_stream(probe);
  if (!first) { return probe.broken(first.error(), "a stream"); }
  auto one = read_endpoint(probe, *first);
  auto second = open_stream(probe);
  if (!second) {
    Finding lost = probe.broken(second.error(), "two streams at the same time");
    return one && lost.verdict == reports::Verdict::fail ? one_at_a_time(lost.got) : lost;
  }
  auto two = read_endpoint(probe, *second);
  const bool refused = !second->exchange().ok() || !second->exchange().is_event_stream();
  if (one && !two && refused) { return one_at_a_time(describe(second->exchange())); }
  if (!one || !two) {
    Finding lost = probe.broken(one ? two.error() : one.error(), "an endpoint event on both streams");
    return one && lost.verdict == reports::Verdict::fail ? one_at_a_time(lost.got) : lost;
  }
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
    .fix = "Make a server and a transport for each stream, under a session id of its own, and write that id into "
           "the URI of the stream's endpoint event.",
    .faults = {"http-sse.endpoint-shared"},
    .turn = Turn::first,
    .explains = {Trouble::refused_session, Trouble::silence, Trouble::server_error, Trouble::loss},
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.endpoint.distinct", "it takes two streams, side by side"};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_distinct
