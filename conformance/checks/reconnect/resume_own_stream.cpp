#include "conformance/ask/held_stream.hpp"

namespace weir::conformance::reconnect_resume_own_stream {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto cut = cut_answer(probe, *dialogue, "weir-resume-cut");
  if (!cut) { return cut.error(); }
  if (auto other = dialogue->request(harmless_method(probe), nullptr, {.id = "weir-resume-other"}); !other) {
    return probe.broken(other.error(), "an answer to ping");
  }
  // From the last event of a stream that was complete nothing more is due: then what comes is looked at for a moment.
  const auto resumed = resume(probe, *dialogue, cut->last_event_id, cut->answered ? json::value() : cut->id);
  if (!resumed) { return resumed.error(); }
  if (const auto* foreign = resumed->answers_another(cut->id)) {
    return fail("what belongs to the stream that was cut, and nothing else",
                "an answer of another stream: " + wire::excerpt(foreign->raw, 100))
        .at("server", "Look events up by the stream that their id belongs to, and not by session or time.");
  }
  return pass(resumed->replies.empty() ? "nothing came" : "its own answer came, and no other");
}

const Registration kCheck{{
    .id = "reconnect.resume.own-stream",
    .title = "a stream that is resumed gives nothing of another stream",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.resumability.no-cross-stream-replay"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "Answers arrive twice, and under ids that the client has given to something else since.",
    .fix = "Store with each event the stream that it was sent on, and replay only the later events of the stream that "
           "the Last-Event-ID belongs to.",
    .faults = {"reconnect.resume-every-stream"},
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.resume.own-stream", "it takes two streams, one of which was lost"};

}  // namespace
}  // namespace weir::conformance::reconnect_resume_own_stream
