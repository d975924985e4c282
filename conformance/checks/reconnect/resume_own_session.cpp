#include "conformance/ask/held_stream.hpp"

namespace weir::conformance::reconnect_resume_own_session {
namespace {

/// That nobody else is given the answer tells something only where its own session is.
Finding if_replayed(Probe& probe, wire::mcp::Dialogue& mine, const CutAnswer& cut, std::string seen) {
  if (cut.answered) { return untestable("the answer came before the stream could be cut: nothing is left to replay"); }
  const auto own = resume(probe, mine, cut.last_event_id, cut.id);
  if (!own || own->answers_to(cut.id) == 0) {
    return untestable("nothing is replayed to the session that it belongs to either");
  }
  return pass(std::move(seen));
}

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  auto mine = probe.dialogue();
  if (!mine) { return probe.broken(mine.error(), "a conversation"); }
  auto other = probe.dialogue();
  if (!other) { return probe.broken(other.error(), "a second conversation"); }
  const auto cut = cut_answer(probe, *mine, "weir-resume-mine");
  if (!cut) { return cut.error(); }
  // Behind an answer that is whole, and of one that is still made, there is nothing to replay: what is kept for
  // everybody holds the next answer too.
  (void)mine->request(harmless_method(probe), nullptr, {.id = "weir-resume-after"});
  const auto resumed = resume(probe, *other, cut->last_event_id, nullptr);
  if (!resumed) {
    if (resumed.error().verdict != reports::Verdict::not_applicable) { return resumed.error(); }
    return if_replayed(probe, *mine, *cut, "another session's id is refused");
  }
  if (resumed->answers_to(cut->id) > 0) {
    return fail("nothing of the session that the event id is of", "its answer, in another session")
        .at("server", "Keep events by session, and look an id up in the session of the request only.");
  }
  // This session has asked for nothing under an id that is a text.
  const auto foreign = std::find_if(resumed->replies.begin(), resumed->replies.end(),
                                    [](const auto& reply) { return reply.id && reply.id->is_string(); });
  if (foreign != resumed->replies.end()) {
    return fail("nothing of other sessions",
                fmt::format("an answer of another session: {}", wire::excerpt(foreign->raw, 80)))
        .at("server", "Keep events by session, and look an id up in the session of the request only.");
  }
  return if_replayed(probe, *mine, *cut, "nothing came");
}

const Registration kCheck{{
    .id = "reconnect.resume.own-session",
    .title = "the event id of one session resumes nothing in another",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.resumability.no-cross-stream-replay"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "Event ids are often counters: whoever guesses one reads the answers of other users.",
    .fix = "Key the event store by session and event id, and look a Last-Event-ID up among the events of the request's "
           "own Mcp-Session-Id alone.",
    .faults = {"reconnect.resume-every-session"},
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.resume.own-session", "it takes two sessions, and a stream that was lost"};

}  // namespace
}  // namespace weir::conformance::reconnect_resume_own_session
