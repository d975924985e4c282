#include "conformance/ask/listen.hpp"

namespace weir::conformance::listen_id_on_every_message {
namespace {

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  json::value id;
  auto stream = open_listen(probe, id);
  if (!stream) { return probe.broken(stream.error(), "an event stream"); }
  if (!stream->exchange().is_event_stream()) {
    return untestable("no event stream came: " + describe(stream->exchange()));
  }
  int messages = 0;
  while (auto message = next_message(probe, *stream)) {
    if (message->kind == jsonrpc::Kind::notification && !subscription_id(*message)) {
      return fail("io.modelcontextprotocol/subscriptionId in params._meta", wire::excerpt(message->raw, 100));
    }
    ++messages;
  }
  return messages == 0 ? untestable("the stream brought no message") : pass(fmt::format("{} messages", messages));
}

const Registration kCheck{{
    .id = "listen.id.on-every-message",
    .title = "every notification of a listen stream carries its subscription id",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"subscriptions.id-on-every-message"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "A client with two subscriptions cannot tell which one a message belongs to.",
    .fix = "Add io.modelcontextprotocol/subscriptionId to params._meta in the one place where notifications are "
           "written to listen streams, the acknowledgment included.",
    .faults = {"listen.id-missing"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::listen_id_on_every_message
