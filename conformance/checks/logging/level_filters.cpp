#include "conformance/checks/logging/common.hpp"

namespace weir::conformance::logging_level_filters {
namespace {

using std::chrono::milliseconds;

constexpr const char* kExpected = "no message below the level emergency, which was set";

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

/// What a stream brings before and after the level is raised; nullopt where too little comes to tell.
std::optional<Finding> judge_stream(Probe& probe) {
  const auto patience = patience_of_streams(probe);
  if (patience == milliseconds(0)) { return std::nullopt; }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return std::nullopt; }
  auto opened = Ear::open(probe, *dialogue);
  if (!opened) { return std::nullopt; }
  Ear& ear = *opened;
  if (!set_level(*dialogue, "debug")) { return std::nullopt; }
  ear.pass_over();
  const auto until = probe.in(patience);
  if (ear.next(until).empty()) { return std::nullopt; }
  const auto first = wire::Clock::now();
  const bool goes_on = !ear.next(until).empty();
  const auto gap = std::chrono::duration_cast<milliseconds>(wire::Clock::now() - first);
  if (!set_level(*dialogue, "emergency")) { return std::nullopt; }
  ear.pass_over();
  const auto late = ear.next(probe.in(goes_on ? 2 * gap + kLoggingSlack : patience));
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
