#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_last_event_id_ignored {
namespace {

Finding judge(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("Last-Event-ID", "weir-from-another-time");
  return served(probe, request);
}

Finding run(Probe& probe) { return unless_dual_era(probe, judge); }

const Registration kCheck{{
    .id = "stateless.last-event-id.ignored",
    .title = "a Last-Event-ID is ignored",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"transport.streamable.ignore-last-event-id"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/"
              "streamable-http#earlier-streamable-http-revisions",
    .consequence = "Clients that still resume are refused instead of served anew.",
    .fix = "Leave Last-Event-ID unread: take out what resumes by it or refuses it, in server and gateway, and serve "
           "the request as any other.",
    .faults = {"stateless.last-event-id-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_last_event_id_ignored
