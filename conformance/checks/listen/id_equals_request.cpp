#include "conformance/ask/listen.hpp"

namespace weir::conformance::listen_id_equals_request {
namespace {

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  for (const json::value& asked : {json::value(0), json::value("weir-listen")}) {
    auto stream = open_listen_as(probe, asked);
    if (!stream) { return probe.broken(stream.error(), "an event stream"); }
    if (!stream->exchange().is_event_stream()) {
      return untestable("no event stream came: " + describe(stream->exchange()));
    }
    auto first = next_message(probe, *stream);
    const json::value* id = first ? subscription_id(*first) : nullptr;
    if (!id) { return untestable("no message with a subscription id came"); }
    if (id->kind() != asked.kind() && !(id->is_number() && asked.is_number())) {
      return fail("the subscription id " + json::serialize(asked), wire::excerpt(*id, 60));
    }
    if (!wire::json_equal(*id, asked)) {
      return fail("the subscription id " + json::serialize(asked), wire::excerpt(*id, 60));
    }
  }
  return pass("a number and a string came back unchanged");
}

const Registration kCheck{{
    .id = "listen.id.equals-request",
    .title = "the subscription id is the id of the listen request, type included",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"subscriptions.id-equals-request-id"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "Clients drop messages of subscriptions that they do not know.",
    .fix = "Keep the id of the listen request as the JSON value that came, and write it unchanged into "
           "io.modelcontextprotocol/subscriptionId, a number as a number.",
    .faults = {"listen.id-stringified"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::listen_id_equals_request
