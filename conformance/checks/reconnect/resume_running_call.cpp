// The answer of a call whose connection was lost while it ran can be had by Last-Event-ID.
#include "conformance/ask/held_stream.hpp"
#include "conformance/ask/polled.hpp"
#include "conformance/ask/tools.hpp"
#include "wire/mcp/polling.hpp"

namespace weir::conformance::reconnect_resume_running_call {
namespace {

constexpr std::chrono::milliseconds kUnderWay{400};  ///< What is answered by then does not run long enough.
constexpr std::chrono::milliseconds kNoticed{300};   ///< A server that writes, or reads, meets the end by then.
constexpr std::chrono::milliseconds kStored{2000};   ///< For an answer that has been there for a while.

struct Begun {
  std::string last_event_id;
  bool answered = false;
};

Begun read_beginning(Probe& probe, wire::HttpStream& stream) {
  Begun begun;
  const wire::Deadline patience = probe.in(kUnderWay);
  while (const auto item = stream.next_item(patience)) {
    const auto* event = std::get_if<wire::SseEvent>(&*item);
    if (!event) { continue; }
    if (!event->last_event_id.empty()) { begun.last_event_id = event->last_event_id; }
    const auto parsed = jsonrpc::parse(event->data);
    begun.answered = begun.answered || (parsed && !parsed->messages.empty() && parsed->messages.front().is_reply());
  }
  // One that the server closed behind an id is fetched, as its client would have to.
  begun.answered = begun.answered || (stream.ended() && !polled_after(stream.exchange()));
  return begun;
}

/// Without an answer that was complete before it was lost nothing tells a call that is lost from a server that resumes
/// nothing: reconnect.resume.rest-once says so.
std::optional<Finding> unless_resumes(Probe& probe, wire::mcp::Dialogue& dialogue) {
  const auto cut = cut_answer(probe, dialogue, "weir-resume-control");
  if (!cut) { return cut.error(); }
  if (cut->answered) { return std::nullopt; }
  const auto rest = resume(probe, dialogue, cut->last_event_id, cut->id);
  if (!rest) { return rest.error(); }
  if (rest->answers_to(cut->id) > 0) { return std::nullopt; }
  return untestable("nothing that was cut is given again, which reconnect.resume.rest-once says");
}

bool is_replied(const wire::Exchange& exchange) {
  const auto texts = message_texts(exchange);
  return std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    const auto parsed = jsonrpc::parse(text);
    return parsed && !parsed->messages.empty() && parsed->messages.front().is_reply();
  });
}

bool comes(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& from, const json::value& id,
           std::chrono::milliseconds patience) {
  const auto resumed = resume(probe, dialogue, from, id, patience);
  return resumed && resumed->answers_to(id) > 0;
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (auto finding = unless_resumes(probe, *dialogue)) { return *finding; }
  auto witness = probe.dialogue();
  if (!witness) { return probe.broken(witness.error(), "a second conversation"); }
  bool without_ids = false;
  for (const auto& call : calls) {
    const json::value id("weir-resume-running-" + call.name);
    const json::value params{{"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", id}}}};
    const std::string body = jsonrpc::request(id, "tools/call", params);
    auto running = probe.http().open(dialogue->make_post(body), probe.answer_deadline());
    if (!running || !running->exchange().is_event_stream()) { continue; }
    const Begun begun = read_beginning(probe, *running);
    if (begun.answered) { continue; }
    if (begun.last_event_id.empty()) {
      without_ids = true;
      continue;
    }
    const auto pause = polled_after(running->exchange()).value_or(kNoticed);
    if (pause > wire::mcp::kMostPause) { continue; }
    auto beside = probe.http().begin(witness->make_post(body), probe.answer_deadline());
    running->reset();
    probe.pause(std::max(kNoticed, pause));
    const auto resumed = resume(probe, *dialogue, begun.last_event_id, id);
    if (!resumed) { return resumed.error(); }
    if (resumed->answers_to(id) > 0) {
      return pass(fmt::format("the answer of {} came when it was resumed", call.name));
    }
    if (!beside || !is_answered(probe, *witness, *beside, id, probe.answer_deadline().left()) ||
        !is_replied(beside->exchange())) {
      return untestable(
          fmt::format("a call of {} whose connection is not lost is not answered in time either", call.name));
    }
    // Some servers give what is stored, and end: the client comes again.
    if (comes(probe, *dialogue, begun.last_event_id, id, kStored)) {
      return pass(fmt::format("the answer of {} came when it was resumed once more", call.name));
    }
    if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
    return fail(
               fmt::format("the answer of {}, whose connection was lost while it ran, after its event id", call.name),
               "no response, though its stream had given an event id, and the same call is answered in another session")
        .at("server",
            "Let a call go on when its connection is lost, and keep its events until they were read or are too old.");
  }
  return without_ids ? not_applicable("streams of calls carry no event ids before the answer")
                     : untestable("no call that may be made takes long enough to be left");
}

const Registration kCheck{{
    .id = "reconnect.resume.running-call",
    .title = "a call that is lost while it runs gives its answer when its stream is resumed",
    .level = Level::should,
    .eras = kStreamable,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "Event ids promise that nothing is lost: the client waits for an answer that never comes.",
    .fix = "Let a call run on when its connection closes, write its events to the event store, and serve the GET with "
           "Last-Event-ID from there, also those that are stored later.",
    .faults = {"reconnect.resume-loses-running"},
    .shown_since = {{"reconnect.resume-loses-running", "2025-11-25",
                     "before, calls alone have an event before their answer: reconnect.resume.rest-once is red"}},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.resume.running-call", "the connection is lost while the call is under way"};

}  // namespace
}  // namespace weir::conformance::reconnect_resume_running_call
