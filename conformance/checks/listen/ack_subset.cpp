#include "conformance/ask/listen.hpp"

namespace weir::conformance::listen_ack_subset {
namespace {

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  json::value id;
  auto stream = open_listen(probe, id);
  if (!stream) { return probe.broken(stream.error(), "an event stream"); }
  if (!stream->exchange().is_event_stream()) {
    return untestable("no event stream came: " + describe(stream->exchange()));
  }
  auto first = next_message(probe, *stream);
  if (!first || first->method != "notifications/subscriptions/acknowledged") {
    return untestable("no acknowledgment came first");
  }
  const json::object* agreed = wire::as_object(wire::find(first->params, "notifications"));
  if (!agreed) { return fail("the agreed filter in params.notifications", wire::excerpt(first->params, 100)); }
  const json::object asked = listen_filter(probe.survey());
  for (const auto& [name, value] : *agreed) {
    if (!asked.contains(name) && value != json::value(false)) {
      return fail("nothing beyond " + json::serialize(asked) + ", which was asked for", std::string(name));
    }
  }
  return pass(json::serialize(*agreed));
}

const Registration kCheck{{
    .id = "listen.ack.subset",
    .title = "the acknowledgment repeats the part of the filter that the server agrees to",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"subscriptions.ack-filter-subset"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "Clients wait for notifications that never come.",
    .fix = "Fill params.notifications of the acknowledgment with those entries of the filter asked for that will "
           "be served, and with no others.",
    .faults = {"listen.ack-more"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::listen_ack_subset
