#include "conformance/ask/tools.hpp"

namespace weir::conformance::streamable_response_stream_ends {
namespace {

constexpr std::chrono::milliseconds kEnds{1500};

struct Question {
  std::string what, id, method;
  json::value params;
};

/// Results and errors, as servers often write them at different places.
std::vector<Question> questions(const Probe& probe) {
  const std::string harmless(harmless_method(probe));
  std::vector<Question> all{{harmless, "weir-ends", harmless, nullptr},
                            {"a method that there is not", "weir-ends-unknown", std::string(kUnknownMethod), nullptr}};
  if (!probe.survey().declares("tools")) { return all; }
  all.push_back({"a tool that there is not",
                 "weir-ends-tool",
                 "tools/call",
                 {{"name", "weir-unknown-tool"}, {"arguments", json::object{}}}});
  if (const auto calls = safe_calls(probe); !calls.empty()) {
    const auto& call = calls.front();
    all.push_back({"a call of " + call.name,
                   "weir-ends-call",
                   "tools/call",
                   {{"name", call.name}, {"arguments", call.arguments}}});
  }
  return all;
}

enum class Ended { yes, no, without_stream, unanswered };

wire::Result<Ended> ask(Probe& probe, const wire::mcp::Dialogue& dialogue, const Question& question, std::string& end) {
  const std::string body = jsonrpc::request(json::value(question.id), question.method, question.params);
  auto stream = probe.http().open(dialogue.make_post(body), probe.answer_deadline());
  if (!stream) { return tl::unexpected(stream.error()); }
  if (!stream->exchange().is_event_stream()) { return Ended::without_stream; }
  const wire::Deadline deadline = probe.answer_deadline();
  bool answered = false;
  while (!answered) {
    const auto event = stream->next_event(deadline);
    if (!event) { return Ended::unanswered; }
    const auto parsed = jsonrpc::parse(event->data);
    answered = parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(),
                                     [](const auto& message) { return message.is_reply(); });
  }
  if (!stream->read_to_end(probe.in(kEnds))) { return Ended::no; }
  end = to_string(stream->exchange().end);
  return Ended::yes;
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  std::vector<std::string> ended;
  std::string end;
  bool unanswered = false;
  for (const Question& question : questions(probe)) {
    const auto seen = ask(probe, shared->get(), question, end);
    if (!seen && ended.empty()) { return probe.broken(seen.error(), "an answer to " + question.what); }
    if (!seen) { break; }
    if (*seen == Ended::no) {
      return fail("the end of the stream after the response",
                  fmt::format("still open {} s after the response to {}", std::chrono::duration<double>(kEnds).count(),
                              question.what))
          .at("server", "End the event stream of a request when its response is written, be it a result or an error.");
    }
    unanswered = unanswered || *seen == Ended::unanswered;
    if (*seen == Ended::yes) { ended.push_back(question.what); }
  }
  if (!ended.empty()) { return pass(fmt::format("{}: {}", end, fmt::join(ended, ", "))); }
  return unanswered ? untestable("no response came on the stream")
                    : not_applicable("requests are answered without a stream");
}

const Registration kCheck{{
    .id = "streamable.response-stream.ends",
    .title = "the event stream of a request ends after its response",
    .level = Level::should,
    .eras = kStreamable,
    .requirements = {"transport.streamable.sse-close-after-response"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Each call leaves a connection behind, until the client or the balancer runs out of them.",
    .fix = "Close the event stream of a request once its response is written, result or error, in a finally block, and "
           "stop its heartbeats there.",
    .faults = {"streamable.response-stream-held", "streamable.error-stream-held", "streamable.call-stream-held"},
    .fixture = "profile",
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_response_stream_ends
