// Events with empty data belong to 2025-11-25: https://github.com/modelcontextprotocol/typescript-sdk/issues/1233.
#include "conformance/ask/common.hpp"

namespace weir::conformance::resumability_priming_newer_only {
namespace {

/// One that clients hand to their JSON parser. An event without a line of data is dispatched nowhere.
bool is_empty_message(const wire::SseItem& item) {
  const auto* event = std::get_if<wire::SseEvent>(&item);
  return event && event->data.empty() && event->type == "message";
}

bool has_empty_message(const wire::Exchange& exchange) {
  return std::any_of(exchange.items.begin(), exchange.items.end(), is_empty_message);
}

Finding run(Probe& probe) {
  auto dialogue = probe.shared();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto reply = dialogue->get().request(harmless_method(probe));
  const std::string asked = fmt::format("an answer to {}", harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), asked); }
  const wire::Exchange& opening = dialogue->get().opening().http;
  if (!reply->http.is_event_stream() && !opening.is_event_stream()) {
    return not_applicable("requests are answered without a stream");
  }
  for (const auto& [exchange, what] :
       {std::pair{&reply->http, asked}, std::pair{&opening, std::string("initialize")}}) {
    if (!has_empty_message(*exchange)) { continue; }
    probe.pin_request(exchange->request);
    return fail(fmt::format("only messages on the streams of a session of {}", probe.revision()),
                fmt::format("a message event with empty data on the stream of {}", what))
        .at("server", "Send the empty event that primes a stream in sessions of 2025-11-25 and later alone.");
  }
  if (!reply->response) { return untestable("no answer came: " + reply->describe()); }
  return pass("no event came with empty data");
}

const Registration kCheck{{
    .id = "resumability.priming.newer-only",
    .title = "no stream begins with an empty event in a session older than 2025-11-25",
    .level = Level::may,
    .eras = kStreamable,
    .until = "2025-06-18",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence =
        "Clients of that time parse the data of each event as JSON: they report an error at every answer, and "
        "some end the conversation.",
    .fix = "Write the priming event with empty data only where the session agreed on 2025-11-25 or later, on the "
           "stream of initialize too; update an SDK that lacks the check.",
    .faults = {"resumability.primes-older"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resumability_priming_newer_only
