#include <algorithm>
#include <array>

#include "conformance/ask/passive.hpp"
#include "conformance/ask/tools.hpp"

namespace weir::conformance::logging_level_filters {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kListen{2500};      ///< Where log messages came on streams before.
constexpr milliseconds kListenAlone{400};  ///< Where nothing was heard before, as nobody else asks.
constexpr milliseconds kUnderWay{250};     ///< What comes so soon after a level was set may have been on its way.
constexpr milliseconds kSlack{500};
/// A server that keeps one level for all its clients is left as most of them begin.
constexpr const char* kAsBefore = "info";
constexpr const char* kExpected = "no message below the level emergency, which was set";

/// The level of a log message that the highest level keeps back; empty of any other message.
std::string level_below(const jsonrpc::Message& message) {
  constexpr std::array<std::string_view, 7> kBelow = {"debug", "info",     "notice", "warning",
                                                      "error", "critical", "alert"};
  const std::string level(wire::string_or(message.params, "level", ""));
  const bool is_below = std::find(kBelow.begin(), kBelow.end(), level) != kBelow.end();
  return message.method == "notifications/message" && is_below ? level : std::string();
}

/// The level of a log message that came with the reply, "" for none.
std::string logged(const wire::mcp::Reply& reply) {
  for (const auto& seen : reply.messages) {
    if (seen.message.method == "notifications/message") {
      return std::string(wire::string_or(seen.message.params, "level", "?"));
    }
  }
  return {};
}

wire::Result<wire::mcp::Reply> set_level(wire::mcp::Dialogue& dialogue, std::string_view level) {
  auto set = dialogue.request("logging/setLevel", {{"level", level}});
  if (set && !set->is_result()) { return wire::fail(wire::ErrorCode::rejected, set->describe()); }
  return set;
}

/// Calls the tool with this level set; what was logged.
wire::Result<std::string> logged_at(wire::mcp::Dialogue& dialogue, std::string_view level, const ToolCall& call) {
  if (auto set = set_level(dialogue, level); !set) { return tl::unexpected(set.error()); }
  auto reply = dialogue.request("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
  if (!reply) { return tl::unexpected(reply.error()); }
  return logged(*reply);
}

Finding judge_calls_alone(Probe& probe) {
  for (const auto& call : safe_calls(probe)) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    const auto all = logged_at(*dialogue, "debug", call);
    if (!all) { return untestable("the level debug cannot be set and tried: " + all.error().detail); }
    if (all->empty() || *all == "emergency") { continue; }
    const auto few = logged_at(*dialogue, "emergency", call);
    (void)set_level(*dialogue, kAsBefore);
    if (!few) { return untestable("the level emergency cannot be set and tried: " + few.error().detail); }
    if (!few->empty() && *few != "emergency") { return fail(kExpected, fmt::format("{} from {}", *few, call.name)); }
    return pass(fmt::format("{} logs at level {}, and not when emergency is set", call.name, *all));
  }
  return untestable("no call that may be made logs anything, and nothing is logged on a stream");
}

/// A held stream on which a server logs by itself: the one of HTTP+SSE, or one that a GET opens.
class Ear {
 public:
  Ear(Probe& probe, wire::mcp::Dialogue& dialogue, std::optional<wire::HttpStream> get)
      : probe_(probe), dialogue_(dialogue), get_(std::move(get)) {}

  /// The level of the next log message below emergency that comes until then; empty where none does.
  std::string next(wire::Deadline until) {
    constexpr milliseconds kSlice{50};
    while (!until.passed()) {
      if (!get_) {
        for (const auto& seen : dialogue_.drain(probe_.in(kSlice))) {
          if (auto level = level_below(seen.message); !level.empty()) { return level; }
        }
        continue;
      }
      const auto event = get_->next_event(until);
      if (!event) { return {}; }
      const auto parsed = jsonrpc::parse(event->data);
      for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
        if (auto level = level_below(message); !level.empty()) { return level; }
      }
    }
    return {};
  }

 private:
  Probe& probe_;
  wire::mcp::Dialogue& dialogue_;
  std::optional<wire::HttpStream> get_;
};

bool is_by_others(const Seen& seen) { return seen.by != "survey" && seen.by != "logging.level.filters"; }

/// How long it is worth to listen: other checks heard log messages that no call of theirs had caused, or there were no
/// others to hear any.
milliseconds patience_of(Probe& probe) {
  const auto seen = seen_by(probe);
  if (std::none_of(seen.begin(), seen.end(), [](const SeenPtr& one) { return is_by_others(*one); })) {
    return kListenAlone;
  }
  const auto traffic = traffic_by(probe);
  const auto calls_in = [&](const std::string& session) {
    return std::any_of(traffic->sent.begin(), traffic->sent.end(), [&](const Sent& sent) {
      const auto* request = sent.request();
      return sent.session == session && request && request->method == "tools/call";
    });
  };
  const bool logs = std::any_of(traffic->heard.begin(), traffic->heard.end(), [&](const Heard& one) {
    const bool by_itself = !one.post && one.message.method == "notifications/message";
    return by_itself && (probe.is(Era::streamable) || !calls_in(one.session));
  });
  return logs ? kListen : milliseconds(0);
}

void pass_over(Probe& probe, Ear& ear) {
  const auto until = probe.in(kUnderWay);
  while (!ear.next(until).empty()) {}
}

/// What a stream brings before and after the level is raised; nullopt where too little comes to tell.
std::optional<Finding> judge_stream(Probe& probe) {
  const auto patience = patience_of(probe);
  if (patience == milliseconds(0)) { return std::nullopt; }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return std::nullopt; }
  std::optional<wire::HttpStream> get;
  if (probe.is(Era::streamable)) {
    auto opened = dialogue->open_get_stream();
    if (!opened || !opened->exchange().ok() || !opened->exchange().is_event_stream()) { return std::nullopt; }
    get = *std::move(opened);
  }
  Ear ear(probe, *dialogue, std::move(get));
  if (!set_level(*dialogue, "debug")) { return std::nullopt; }
  pass_over(probe, ear);
  const auto until = probe.in(patience);
  if (ear.next(until).empty()) { return std::nullopt; }
  const auto first = wire::Clock::now();
  const bool goes_on = !ear.next(until).empty();
  const auto gap = std::chrono::duration_cast<milliseconds>(wire::Clock::now() - first);
  if (!set_level(*dialogue, "emergency")) { return std::nullopt; }
  pass_over(probe, ear);
  const auto late = ear.next(probe.in(goes_on ? 2 * gap + kSlack : patience));
  (void)set_level(*dialogue, kAsBefore);
  if (!late.empty()) {
    return fail(kExpected,
                fmt::format("{} on a held stream, more than {} ms after it was set", late, kUnderWay.count()));
  }
  if (!goes_on || probe.out_of_time()) { return std::nullopt; }
  return pass(
      fmt::format("a held stream brings log messages, one in {} ms, and none when emergency is set", gap.count()));
}

Finding run(Probe& probe) {
  const auto stream = judge_stream(probe);
  if (stream && stream->verdict == reports::Verdict::fail) { return *stream; }
  auto calls = judge_calls_alone(probe);
  return calls.verdict == reports::Verdict::untestable && stream ? *stream : calls;
}

const Registration kCheck{{
    .id = "logging.level.filters",
    .title = "no message comes below the level that was set",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "logging",
    .requirements = {"logging.set-level.filters"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging#setting-log-level",
    .consequence = "Clients drown in messages that they asked not to get.",
    .fix = "Keep the level of logging/setLevel with its session, and drop messages below it before they are sent: "
           "debug is the lowest, emergency the highest.",
    .faults = {"logging.level-ignored", "logging.streams-unfiltered"},
    .fixture = "logging",
    .turn = Turn::last,  // What others heard by then says whether it is worth to listen.
    .run = run,
}};
const NotByCommand kNoCommand{"logging.level.filters", "the level has to be set first, in the same session"};

}  // namespace
}  // namespace weir::conformance::logging_level_filters
