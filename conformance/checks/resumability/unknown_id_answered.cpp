#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::resumability_unknown_id_answered {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto earlier = dialogue->request(harmless_method(probe));
  if (!earlier) { return probe.broken(earlier.error(), "an answer to ping"); }
  auto stream = dialogue->open_get_stream(
      [](wire::Request& request) { request.headers.set("Last-Event-ID", "weir-never-issued"); });
  if (!stream) { return probe.broken(stream.error(), "an answer"); }
  const wire::Deadline patience = probe.in(std::chrono::milliseconds(200));
  while (stream->exchange().is_event_stream()) {
    auto event = stream->next_event(patience);
    if (!event) { break; }
    auto parsed = jsonrpc::parse(event->data);
    if (parsed && !parsed->messages.empty() && parsed->messages.front().is_reply()) {
      return fail("nothing that belongs to another stream", wire::excerpt(std::string_view(event->data), 100));
    }
  }
  const int status = stream->exchange().head.status;
  if (status == 405) { return not_applicable("there is no stream to take up: HTTP 405"); }
  if (status >= kServerErrors) { return untestable(fmt::format("HTTP {}", status)); }
  const auto& event = earlier->response ? earlier->response->event : std::nullopt;
  if (!event || !event->has_id || event->last_event_id.empty()) {
    return not_applicable("answers carry no event ids: nothing could be replayed");
  }
  return pass(fmt::format("HTTP {}", status));
}

const Registration kCheck{{
    .id = "resumability.unknown-id.answered",
    .title = "a GET with an unknown Last-Event-ID is answered, and replays nothing foreign",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.resumability.no-cross-stream-replay"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "Clients that come back after a deploy hang, or are shown what belongs to others.",
    .fix = "Answer a GET with an unknown Last-Event-ID at once, by a 4xx or the head of a fresh stream, and replay "
           "nothing for an id that the event store does not hold.",
    .faults = {"resumability.unknown-id-hangs", "resumability.unknown-id-replays"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resumability_unknown_id_answered
