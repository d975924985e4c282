#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_notification_without_id {
namespace {

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    if (!wire::find(heard.message.raw, "method")) { continue; }
    const json::value* id = wire::find(heard.message.raw, "id");
    if (id && !id->is_null()) { continue; }
    places.looked();
    if (id) { places.broken(heard.in, wire::excerpt(heard.message.raw, 100)); }
  }
  if (places.has_nothing()) { return not_applicable("the server sent no notification"); }
  return judged(probe, places, "notifications without the member id", "notifications", "none");
}

const Registration kCheck{{
    .id = "jsonrpc.notification.without-id",
    .title = "a notification of the server has no id, not even null",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.notification-without-id"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#notifications",
    .consequence = "Typed clients take it for a broken request, and some close the conversation.",
    .fix = "Write notifications from a type without the member id, or let the serializer omit it there, instead of "
           "sending it as null.",
    .faults = {"jsonrpc.notification-id-null"},
    .fixture = "profile",
    .green_may_be = "the server sent no notification",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_notification_without_id
