#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_response_stream_ends {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto stream = probe.http().open(dialogue->make_post(jsonrpc::request("weir-ends", harmless_method(probe))),
                                  probe.answer_deadline());
  if (!stream) { return probe.broken(stream.error(), "an answer"); }
  if (!stream->exchange().is_event_stream()) { return not_applicable("requests are answered without a stream"); }
  bool answered = false;
  const wire::Deadline deadline = probe.answer_deadline();
  while (!answered) {
    auto event = stream->next_event(deadline);
    if (!event) { return untestable("no response came on the stream"); }
    answered = event->data.find("\"weir-ends\"") != std::string::npos;
  }
  if (!stream->read_to_end(probe.in(std::chrono::milliseconds(1500)))) {
    return fail("the end of the stream after the response", "still open after 1.5 s");
  }
  return pass(std::string(to_string(stream->exchange().end)));
}

const Registration kCheck{{
    .id = "streamable.response-stream.ends",
    .title = "the event stream of a request ends after its response",
    .level = Level::should,
    .eras = kStreamable,
    .requirements = {"transport.streamable.sse-close-after-response"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Each call leaves a connection behind, until the client or the balancer runs out of them.",
    .faults = {"streamable.response-stream-held"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_response_stream_ends
