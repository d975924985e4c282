#include <map>

#include "conformance/ask/common.hpp"

namespace weir::conformance::resumability_event_id_unique {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  struct First {
    std::string data;
    int stream = 0;
  };
  std::map<std::string, First> seen;  // By id: an event that comes again is no second one.
  int events = 0;
  for (int i = 0; i < 3; ++i) {
    auto reply = dialogue->request(harmless_method(probe));
    if (!reply) { return probe.broken(reply.error(), "an answer to ping"); }
    for (const auto& item : reply->http.items) {
      const auto* event = std::get_if<wire::SseEvent>(&item);
      if (!event || !event->has_id || event->last_event_id.empty()) { continue; }
      ++events;
      const auto [first, fresh] = seen.emplace(event->last_event_id, First{event->data, i});
      // Events without data, by which streams begin, are alike: of two streams they are two.
      const bool primes_another = event->data.empty() && first->second.stream != i;
      if (!fresh && (first->second.data != event->data || primes_another)) {
        return fail("each id once in the session",
                    fmt::format("'{}' twice{}", wire::excerpt(std::string_view(event->last_event_id), 60),
                                primes_another ? ", at the beginning of two streams" : ""));
      }
    }
  }
  return events == 0 ? not_applicable(fmt::format("events that answer {} carry no ids", harmless_method(probe)))
                     : pass(fmt::format("{} ids", events));
}

const Registration kCheck{{
    .id = "resumability.event-id.unique",
    .title = "event ids are unique over all streams of a session",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.resumability.event-id-unique"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "A client that resumes gets the events of another stream.",
    .fix = "Build each event id from the id of its stream and a number within it, or from a UUID, and give every "
           "priming event an id of its own.",
    .faults = {"resumability.ids-restart", "resumability.priming-id-fixed"},
    .shown_since = {{"resumability.priming-id-fixed", "2025-11-25", "older revisions have no priming events"}},
    .run = run,
}};
const NotByCommand kNoCommand{"resumability.event-id.unique", "it takes several streams of one session"};

}  // namespace
}  // namespace weir::conformance::resumability_event_id_unique
