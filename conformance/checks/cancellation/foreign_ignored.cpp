#include "conformance/checks/cancellation/common.hpp"

namespace weir::conformance::cancellation_foreign_ignored {
namespace {

constexpr std::chrono::milliseconds kUnderWay{200};  ///< A call that is not answered by then can be cancelled.
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kGrace{2'000};  ///< Beyond the time that the call took before.
constexpr std::chrono::milliseconds kSlice{100};

constexpr const char* kNoAnswer = "no answer";

/// How a call went.
struct Call {
  bool slow = false;    ///< It was not answered at once.
  bool result = false;  ///< It was answered by a result.
  std::string got = kNoAnswer;
  std::chrono::milliseconds took{0};
};

void take(Call& call, const jsonrpc::Message& message, const json::value& id) {
  if (!message.is_reply() || !message.answers(id)) { return; }
  call.result = message.kind == jsonrpc::Kind::response;
  call.got = wire::excerpt(message.raw, 120);
}

void wait_for_answer(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& stream, const json::value& id,
                     wire::Deadline patience, Call& call) {
  if (!probe.is(Era::http_sse)) {
    read_through_polls(probe, dialogue, stream, patience);
    for (const auto& text : message_texts(stream.exchange())) {
      const auto parsed = jsonrpc::parse(text);
      for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
        take(call, message, id);
      }
    }
    if (call.got == kNoAnswer && stream.ended()) { call.got = "no answer, and its stream has ended"; }
    return;
  }
  while (call.got == kNoAnswer && !patience.passed()) {
    const auto seen = dialogue.drain(probe.in(kSlice));
    for (const auto& one : seen) { take(call, one.message, id); }
  }
}

/// Makes the call, does something once it is under way, and waits for its end.
Call make(
    Probe& probe, wire::mcp::Dialogue& dialogue, const ToolCall& tool, const json::value& id,
    std::chrono::milliseconds patience, const std::function<void()>& meanwhile = [] {}) {
  Call call;
  const auto since = wire::Clock::now();
  const auto body = call_body(probe, id, "tools/call", {{"name", tool.name}, {"arguments", tool.arguments}});
  auto running = probe.http().begin(dialogue.make_post(body), probe.answer_deadline());
  call.slow = running && !is_answered(probe, dialogue, *running, id, kUnderWay);
  if (!call.slow) { return call; }
  meanwhile();
  wait_for_answer(probe, dialogue, *running, id, probe.in(patience), call);
  call.took = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - since);
  return call;
}

std::optional<Finding> cancel_from_elsewhere(Probe& probe, wire::mcp::Dialogue& one, wire::mcp::Dialogue& other,
                                             const ToolCall& tool) {
  const Call alone = make(probe, one, tool, "weir-alone", kPatience);
  if (alone.slow && alone.got == kNoAnswer) {  // Each of them would be waited for as long, and in vain.
    return untestable(fmt::format("a call of {} gets no answer, though nobody cancels it", tool.name));
  }
  if (!alone.result) { return std::nullopt; }
  const auto patience = alone.took * 2 + kGrace;
  const json::value id = "weir-not-yours";
  const Call beside = make(probe, one, tool, id, patience, [&] {
    (void)other.notify("notifications/cancelled", {{"requestId", id}, {"reason", "weir cancels in another session"}});
  });
  if (!beside.slow) { return std::nullopt; }
  if (beside.result) {
    return pass(fmt::format("a call of {} was answered, though another session cancelled its id", tool.name));
  }
  const Call again = make(probe, one, tool, "weir-alone-again", patience);
  if (probe.out_of_time() || !again.result) {
    return untestable(fmt::format("{} is not answered every time, cancelled or not", tool.name));
  }
  return fail(fmt::format("a result of {}, which its own client has not cancelled", tool.name), beside.got)
      .at("server", "Look a cancelled request up by its session and its id: clients count their ids alike, from 1 on.");
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  if (probe.is(Era::streamable) && !probe.survey().sessions) {
    return not_applicable("without sessions nothing tells two clients apart");
  }
  auto one = probe.dialogue();
  auto other = probe.dialogue();
  if (!one || !other) { return probe.broken(one ? other.error() : one.error(), "two conversations"); }
  for (const auto& tool : calls) {
    if (auto finding = cancel_from_elsewhere(probe, *one, *other, tool)) { return *std::move(finding); }
  }
  return untestable("no call that may be made takes long enough to be cancelled");
}

const Registration kCheck{{
    .id = "cancellation.foreign.ignored",
    .title = "a cancellation ends no call of another session",
    .level = Level::must,
    .eras = kSessionEras,
    .capability = "tools",
    .requirements = {"cancellation.invalid-ignored"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "Clients count their requests from 1 on: whoever stops a call of its own stops those of others.",
    .fix = "Key the table of running calls by session and request id, and let a cancellation end only the entry of the "
           "session that it came in.",
    .faults = {"cancellation.by-bare-id"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"cancellation.foreign.ignored", "it takes two sessions, and a call that is under way"};

}  // namespace
}  // namespace weir::conformance::cancellation_foreign_ignored
