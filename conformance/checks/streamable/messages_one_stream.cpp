#include <map>
#include <set>

#include "conformance/ask/session.hpp"
#include "conformance/ask/tools.hpp"

namespace weir::conformance::streamable_messages_one_stream {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kStray{200};  ///< What is sent on several streams is sent at one time.
constexpr int kHeld = 2;                          ///< Streams that a GET opens.
constexpr int kBeside = 2;                        ///< Calls that run side by side.

/// Where each message came, by the message itself.
using Places = std::map<std::string, std::set<std::string>>;

/// The messages of a stream but for answers. What has no progress token may well be sent twice, word for word, by two
/// calls: it is looked at where no call has a stream of its own.
void take(Places& places, const wire::Exchange& exchange, const std::string& stream, bool of_a_call) {
  for (const auto& text : message_texts(exchange)) {
    const auto parsed = jsonrpc::parse(text);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      const bool told_apart = message.kind == jsonrpc::Kind::request || wire::find(message.params, "progressToken");
      if (message.method.empty() || (of_a_call && !told_apart)) { continue; }
      places[wire::canonical(message.raw)].insert(stream);
    }
  }
}

std::vector<wire::HttpStream> held_streams(wire::mcp::Dialogue& dialogue) {
  std::vector<wire::HttpStream> held;
  for (int i = 0; i < kHeld; ++i) {
    auto stream = dialogue.open_get_stream();
    if (stream && stream->exchange().ok() && stream->exchange().is_event_stream()) {
      held.push_back(*std::move(stream));
    }
  }
  return held;
}

/// The same call several times side by side, each with a token of its own.
struct Calls {
  std::vector<wire::HttpStream> streams;
  bool together = false;  ///< All of them were streams, and open at one time.
};

Calls make_calls(Probe& probe, const wire::mcp::Dialogue& dialogue, const ToolCall& call, std::size_t number) {
  Calls calls;
  for (int i = 0; i < kBeside; ++i) {
    const json::value name(fmt::format("weir-one-stream-{}-{}", number, i));
    const json::object params{{"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", name}}}};
    auto begun =
        probe.http().begin(dialogue.make_post(call_body(probe, name, "tools/call", params)), probe.answer_deadline());
    if (begun) { calls.streams.push_back(*std::move(begun)); }
  }
  const wire::Deadline patience = probe.in(kPatience);
  bool streams = calls.streams.size() == kBeside;
  for (auto& stream : calls.streams) {
    streams = stream.wait_for_head(patience) && stream.exchange().is_event_stream() && streams;
  }
  calls.together = streams && !calls.streams.front().ended();
  for (auto& stream : calls.streams) { probe.read_answer(stream, patience); }
  return calls;
}

Finding run(Probe& probe) {
  const auto safe = safe_calls(probe);
  if (safe.empty()) { return untestable(why_no_call(probe)); }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (!probe.survey().sessions) { return not_applicable("without sessions nothing tells whose stream is whose"); }
  if (auto finding = unless_required(probe, *dialogue)) { return *std::move(finding); }
  auto held = held_streams(*dialogue);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const Calls calls = make_calls(probe, *dialogue, safe[i], i);
    Places places;
    for (std::size_t n = 0; n < calls.streams.size(); ++n) {
      take(places, calls.streams[n].exchange(), fmt::format("the stream of call {}", n + 1), true);
    }
    std::size_t open = calls.together ? kBeside : 1;
    for (std::size_t n = 0; n < held.size(); ++n) {
      open += held[n].read_to_end(probe.in(kStray)) ? 0 : 1;
      take(places, held[n].exchange(), fmt::format("GET stream {}", n + 1), false);
    }
    for (const auto& [message, streams] : places) {
      if (streams.size() < 2) { continue; }
      return fail("each message on one of the streams that are open",
                  fmt::format("{} came on {}", wire::excerpt(std::string_view(message), 100),
                              fmt::join(streams, " and ")))
          .at("server",
              "Write a message to one stream: what belongs to a request to the stream of its answer, all else to one "
              "of those that a GET has opened.");
    }
    if (!places.empty() && open > 1) {
      return pass(fmt::format("{} messages came on one stream each while {} were open", places.size(), open));
    }
  }
  return untestable("no call that may be made tells of anything while two streams are open");
}

const Registration kCheck{{
    .id = "streamable.messages.one-stream",
    .title = "a message comes on one of the streams that are open, and on no other",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.no-broadcast"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#multiple-connections",
    .consequence = "A client that holds two streams takes each message twice: progress runs double, and a request of "
                   "the server is answered twice.",
    .fix = "Send a message to one stream: what belongs to a request to the stream of its answer, all else to a single "
           "GET stream, not to all in a loop.",
    .faults = {"streamable.messages-broadcast"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"streamable.messages.one-stream", "it takes several streams of one session"};

}  // namespace
}  // namespace weir::conformance::streamable_messages_one_stream
