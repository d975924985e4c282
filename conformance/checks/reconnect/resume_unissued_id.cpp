#include "conformance/ask/held_stream.hpp"

namespace weir::conformance::reconnect_resume_unissued_id {
namespace {

/// Of the same form, but of an event that there has not been.
std::string unissued(std::string id) {
  const auto digit = id.find_first_of("0123456789");
  return digit == std::string::npos ? id + "9" : id.insert(digit, "98");
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto cut = cut_answer(probe, *dialogue, "weir-resume-past");
  if (!cut) { return cut.error(); }
  const auto resumed = resume(probe, *dialogue, unissued(cut->last_event_id), nullptr);
  if (!resumed) {
    return resumed.error().verdict == reports::Verdict::not_applicable ? pass("an id that was never issued is refused")
                                                                       : resumed.error();
  }
  if (!resumed->replies.empty()) {
    return fail("nothing of the past", wire::excerpt(resumed->replies.front().raw, 100))
        .at("server", "Replay nothing for an event id that is not known: it is not the beginning of all streams.");
  }
  return pass("nothing came");
}

const Registration kCheck{{
    .id = "reconnect.resume.unissued-id",
    .title = "an event id of the right form that was never issued replays nothing",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.resumability.no-cross-stream-replay"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "After a restart every event id is unknown: all clients get the whole history at once.",
    .fix = "Replay nothing for a Last-Event-ID that is not in the event store: refuse it or open a fresh stream, and "
           "do not compare ids by order or start from the first event.",
    .faults = {"reconnect.resume-unissued"},
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.resume.unissued-id",
                              "it takes an event id that this server could have issued"};

}  // namespace
}  // namespace weir::conformance::reconnect_resume_unissued_id
