// What a call brings about, log messages above all, is its own session's. Progress is progress.session.own's matter.
#include <algorithm>

#include "conformance/ask/tools.hpp"

namespace weir::conformance::session_messages_own {
namespace {

using std::chrono::milliseconds;

constexpr const char* kToken = "weir-messages-of-one";
constexpr milliseconds kPatience{10'000};
constexpr milliseconds kForCalls{3000};  ///< No further call is begun after this.
constexpr milliseconds kStray{200};      ///< What is sent to everybody is sent at one time.
constexpr milliseconds kQuiet{1500};     ///< What comes in it, with no call under way, is sent to everybody for itself.
constexpr std::size_t kNameBytes = 3;    ///< Shorter names, and
constexpr std::size_t kTextBytes = 8;    ///< shorter texts of arguments, stand in messages by chance.

/// What may well be meant for everybody, or is another check's.
bool is_for_all(std::string_view method) {
  return method.empty() || method.ends_with("list_changed") || method == "notifications/resources/updated" ||
         method == "notifications/progress" || method == "notifications/cancelled" || method == "ping";
}

/// Another client: whatever comes on the stream that it holds open.
class Other {
 public:
  /// The finding where nothing can be heard.
  static tl::expected<Other, Finding> open(Probe& probe) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return tl::unexpected(probe.broken(dialogue.error(), "a second conversation")); }
    Other other(*std::move(dialogue));
    if (!probe.is(Era::streamable)) { return other; }
    auto stream = other.dialogue_.open_get_stream();
    if (!stream) { return tl::unexpected(untestable("GET gave no stream to watch: " + stream.error().detail)); }
    if (!stream->exchange().is_event_stream()) {
      return tl::unexpected(not_applicable("the server offers no stream of its own"));
    }
    other.stream_ = *std::move(stream);
    return other;
  }

  /// What came since it was asked last.
  std::vector<jsonrpc::Message> hear(wire::Deadline until) {
    std::vector<jsonrpc::Message> fresh;
    if (!stream_) {
      for (auto& seen : dialogue_.drain(until)) { fresh.push_back(std::move(seen.message)); }
      return fresh;
    }
    stream_->read_to_end(until);
    const auto texts = message_texts(stream_->exchange());
    for (; heard_ < texts.size(); ++heard_) {
      const auto parsed = jsonrpc::parse(texts[heard_]);
      for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
        fresh.push_back(message);
      }
    }
    return fresh;
  }

 private:
  explicit Other(wire::mcp::Dialogue dialogue) : dialogue_(std::move(dialogue)) {}

  wire::mcp::Dialogue dialogue_;
  std::optional<wire::HttpStream> stream_;  ///< In http-sse the dialogue has it.
  std::size_t heard_ = 0;
};

/// Whether the word stands in the text, and not as a part of another.
bool names(std::string_view text, std::string_view word) {
  const auto in_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !in_word(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !in_word(text[at + word.size()]);
    if (begins && ends) { return true; }
  }
  return false;
}

/// By what a message can be known as one of this call.
struct Marks {
  std::vector<std::string> words;
  std::vector<jsonrpc::Message> own;  ///< What came with the answer.

  bool are_on(const jsonrpc::Message& message) const {
    if (is_for_all(message.method)) { return false; }
    const std::string text = json::serialize(message.params);
    return std::any_of(words.begin(), words.end(), [&](const auto& word) { return names(text, word); }) ||
           std::any_of(own.begin(), own.end(),
                       [&](const auto& one) { return one.method == message.method && one.params == message.params; });
  }
  std::vector<jsonrpc::Message> among(const std::vector<jsonrpc::Message>& heard) const {
    std::vector<jsonrpc::Message> marked;
    std::copy_if(heard.begin(), heard.end(), std::back_inserter(marked), [&](const auto& one) { return are_on(one); });
    return marked;
  }
};

Marks marks_of(const ToolCall& call) {
  Marks marks{.words = {kToken}, .own = {}};
  if (call.name.size() >= kNameBytes) { marks.words.push_back(call.name); }
  for (const auto& [name, value] : call.arguments) {
    const auto text = wire::as_string(&value);
    if (text && text->size() >= kTextBytes) { marks.words.emplace_back(*text); }
  }
  return marks;
}

struct Called {
  std::vector<jsonrpc::Message> strayed;
  std::size_t own = 0;  ///< Messages that came with the answer.
};

/// Makes the call; what came of it on the streams of others.
wire::Result<Called> call_once(Probe& probe, wire::mcp::Dialogue& one, std::vector<Other>& others, const ToolCall& call,
                               Marks& marks) {
  for (auto& other : others) { (void)other.hear(probe.in(milliseconds(1))); }
  const json::object params{{"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", kToken}}}};
  const auto reply = one.request("tools/call", params, {.timeout = probe.in(kPatience).left()});
  if (!reply) { return tl::unexpected(reply.error()); }
  for (const auto& seen : reply->messages) {
    if (!seen.message.method.empty()) { marks.own.push_back(seen.message); }
  }
  Called called{.strayed = {}, .own = marks.own.size()};
  for (auto& other : others) {
    for (auto& message : marks.among(other.hear(probe.in(kStray)))) { called.strayed.push_back(std::move(message)); }
  }
  return called;
}

/// A fail where the same comes with each call, and not without one.
std::optional<Finding> judge(Probe& probe, wire::mcp::Dialogue& one, std::vector<Other>& others, const ToolCall& call,
                             Marks& marks, const Called& first) {
  for (auto& other : others) {
    if (!marks.among(other.hear(probe.in(kQuiet))).empty()) { return std::nullopt; }
  }
  const auto again = call_once(probe, one, others, call, marks);
  if (!again || again->strayed.empty() || probe.out_of_time()) { return std::nullopt; }
  const auto& told = first.strayed.front();
  return fail(fmt::format("what a call of {} brings about in the session that made it", call.name),
              fmt::format("{} messages of it on the stream of another session: {} {}", first.strayed.size(),
                          told.method, wire::excerpt(told.params, 120)))
      .at("server",
          "Send what is logged or asked in a call to the session of that call: keep no logger, and no "
          "transport, that is the newest client's or everybody's.");
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  if (probe.is(Era::streamable) && !probe.survey().sessions) {
    return not_applicable("without sessions nothing tells two clients apart");
  }
  // One client that came before, and one that came after the one that calls.
  std::vector<Other> others;
  auto earlier = Other::open(probe);
  if (!earlier) { return earlier.error(); }
  others.push_back(*std::move(earlier));
  auto one = probe.dialogue();
  if (!one) { return probe.broken(one.error(), "a conversation"); }
  auto later = Other::open(probe);
  if (!later) { return later.error(); }
  others.push_back(*std::move(later));

  const wire::Deadline last_begin = probe.in(kForCalls);
  std::string told;
  for (const auto& call : calls) {
    if (last_begin.passed()) { break; }
    Marks marks = marks_of(call);
    const auto called = call_once(probe, *one, others, call, marks);
    if (!called) { return unanswered_call(call.name, called.error()); }
    if (!called->strayed.empty()) {
      if (auto finding = judge(probe, *one, others, call, marks, *called)) { return *std::move(finding); }
    }
    if (called->own > 0) {
      told = call.name;
      break;
    }
  }
  if (told.empty()) { return untestable("no call that may be made tells of anything on its way"); }
  return pass(fmt::format("what {} tells on its way came in its own session alone", told));
}

const Registration kCheck{{
    .id = "session.messages.own",
    .title = "what a call logs or asks comes in its own session, and in no other",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging#security",
    .consequence = "One client reads what another one calls, with which arguments, and what comes of it.",
    .fix = "Log to the session of the request that is at work (ctx, extra.sendNotification), and keep no logger of the "
           "process that writes to the newest client, or to all.",
    .faults = {"logging.to-other-sessions"},
    .fixture = "logging",
    .turn = Turn::last,  // What other checks call would come on the same streams.
    .run = run,
}};
const NotByCommand kNoCommand{"session.messages.own", "it takes two sessions at once"};

}  // namespace
}  // namespace weir::conformance::session_messages_own
