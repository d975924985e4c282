#include "conformance/ask/held_stream.hpp"

namespace weir::conformance::reconnect_resume_rest_once {
namespace {

constexpr const char* kKeepEvents = "Keep the events of an answer until it was read, and replay those after the id.";

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto cut = cut_answer(probe, *dialogue, "weir-resume-rest");
  if (!cut) { return cut.error(); }
  const json::value& id = cut->id;
  if (cut->answered) { return untestable("the first event with an id is the answer already: there is no rest"); }
  const auto resumed = resume(probe, *dialogue, cut->last_event_id, id);
  if (!resumed) { return resumed.error(); }
  if (const auto count = resumed->answers_to(id); count != 1) {
    return fail("the answer that the cut took, once", count == 0 ? "no answer" : fmt::format("it {} times", count))
        .at("server", kKeepEvents);
  }
  std::string own_id;
  for (std::size_t i = 0; i < resumed->replies.size(); ++i) {
    own_id = resumed->replies[i].answers(id) ? resumed->ids[i] : own_id;
  }
  if (own_id.empty()) { return pass("the rest came, once"); }
  const auto again = resume(probe, *dialogue, own_id, nullptr);
  if (again && again->answers_to(id) > 0) {
    return fail("nothing after the id of the answer itself", "the answer once more").at("server", kKeepEvents);
  }
  return pass("the rest came, once");
}

const Registration kCheck{{
    .id = "reconnect.resume.rest-once",
    .title = "a stream that is resumed gives what was missed, once",
    .level = Level::may,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "Event ids promise that nothing is lost: the client waits for an answer that never comes.",
    .fix = "Store each event of an answer's stream and, on a GET with Last-Event-ID, replay those after that id once; "
           "leave the ids out where there is no event store.",
    .faults = {"reconnect.resume-nothing", "reconnect.resume-twice"},
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.resume.rest-once", "it takes a stream that was lost after its first event"};

}  // namespace
}  // namespace weir::conformance::reconnect_resume_rest_once
