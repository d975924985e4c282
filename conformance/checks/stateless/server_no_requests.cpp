#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_server_no_requests {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.shared();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto stream = dialogue->get().listen({});
  if (!stream) { return probe.broken(stream.error(), "an answer to subscriptions/listen"); }
  const wire::Deadline patience = probe.in(std::chrono::milliseconds(200));
  int messages = 0;
  while (auto event = stream->next_event(patience)) {
    auto parsed = jsonrpc::parse(event->data);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (message.kind == jsonrpc::Kind::request) { return fail("no request of the server", message.method); }
      ++messages;
    }
  }
  return messages == 0 ? untestable("the stream brought no message")
                       : pass(fmt::format("{} messages, none a request", messages));
}

const Registration kCheck{{
    .id = "stateless.server.no-requests",
    .title = "the server sends no request of its own",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"transport.streamable.no-server-requests"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#receiving-messages",
    .consequence = "Clients of this revision cannot answer: the stream hangs.",
    .fix = "Send no request (ping, sampling, roots, elicitation) on a stream of this revision; where a call needs "
           "input, return a result with resultType input_required.",
    .faults = {"stateless.server-asks"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_server_no_requests
