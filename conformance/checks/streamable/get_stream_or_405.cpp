#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_get_stream_or_405 {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }

  auto stream = dialogue->open_get_stream();
  if (!stream && stream.error().code == wire::ErrorCode::timeout) {
    return probe.broken(stream.error(), "the head of an event stream, or HTTP 405")
        .at("server, or what buffers before it",
            "Send the head at once, with a comment behind it: frameworks and proxies hold it back until the first "
            "byte.");
  }
  if (!stream) { return probe.broken(stream.error(), "an answer to GET"); }
  const wire::Exchange& exchange = stream->exchange();
  if (exchange.head.status == 405 || (exchange.head.status == 200 && exchange.is_event_stream())) {
    return pass(exchange.head.status == 405 ? "HTTP 405" : "an event stream");
  }
  stream->read_to_end(probe.in(std::chrono::milliseconds(200)));
  return fail("an event stream or HTTP 405", describe(stream->exchange()));
}

const Registration kCheck{{
    .id = "streamable.get.stream-or-405",
    .title = "GET opens an event stream or is answered 405",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.get-sse-or-405", "transport.streamable.single-endpoint-post-get"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "Clients take any other answer for a broken session and reconnect for ever.",
    .faults = {"streamable.get-400", "streamable.get-404", "streamable.get-json"},
    .explains = {Trouble::withheld_stream},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_get_stream_or_405
