#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_get_no_responses {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }

  auto stream = dialogue->open_get_stream();
  if (!stream) {
    return untestable("GET gets no answer, which streamable.get.stream-or-405 says: " + stream.error().detail);
  }
  const wire::Exchange& exchange = stream->exchange();
  if (!exchange.is_event_stream()) { return not_applicable("the server offers no stream of its own"); }
  auto reply = dialogue->request(harmless_method(probe), nullptr, {.id = "weir-get"});
  if (!reply) { return probe.broken(reply.error(), "an answer to ping"); }
  const wire::Deadline patience = probe.in(std::chrono::milliseconds(200));
  while (auto event = stream->next_event(patience)) {
    auto parsed = jsonrpc::parse(event->data);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (message.is_reply()) {
        return fail("no response on the GET stream", wire::excerpt(message.raw, 100))
            .at("server", "Answer a request with the POST that brought it, whatever other streams are open.");
      }
    }
  }
  return pass("none came");
}

const Registration kCheck{{
    .id = "streamable.get.no-responses",
    .title = "the GET stream carries no response to a request",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.get-stream-no-responses"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "The response is on the wrong stream, and the call that waits for it times out.",
    .fix = "Write the response to the POST that brought the request, by a stream kept under its id, whatever GET "
           "streams of the session are open.",
    .faults = {"streamable.response-on-get-stream"},
    .explains = {Trouble::silence},
    .run = run,
}};
const NotByCommand kNoCommand{"streamable.get.no-responses", "it takes a GET stream that is open beside the request"};

}  // namespace
}  // namespace weir::conformance::streamable_get_no_responses
