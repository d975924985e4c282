#include "conformance/checks/logging/common.hpp"

namespace weir::conformance::logging_level_own_session {
namespace {

using std::chrono::milliseconds;

constexpr const char* kNothing = "no call that may be made logs anything, and nothing is logged on a stream";
constexpr milliseconds kForCalls{3000};  ///< No further call is begun after this.

/// The session that logs, and the one that wants none of it.
struct Two {
  wire::mcp::Dialogue one, other;
};

Finding not_own(std::string where) {
  return fail("log messages in a session whose own level lets them through, whatever another session has set",
              std::move(where) + " while another session has set emergency, and come again once it sets debug")
      .at("server",
          "Keep the level of logging/setLevel with the session that set it, not in the logger of the process.");
}

wire::Result<std::string> logged_by(wire::mcp::Dialogue& dialogue, const ToolCall& call) {
  const auto reply = dialogue.request("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
  if (!reply) { return tl::unexpected(reply.error()); }
  return logged(*reply);
}

/// What calls log; nullopt where none logs anything.
std::optional<Finding> judge_by_calls(Probe& probe, Two& two) {
  const auto last_begin = probe.in(kForCalls);
  for (const auto& call : safe_calls(probe)) {
    if (last_begin.passed()) { break; }
    const auto before = logged_by(two.one, call);
    if (!before || before->empty() || *before == "emergency") { continue; }
    if (!set_level(two.other, "emergency")) { return untestable("the level emergency cannot be set"); }
    const auto meanwhile = logged_by(two.one, call);
    if (meanwhile && !meanwhile->empty()) {
      return pass(fmt::format("{} logs in its session, and another has set emergency", call.name));
    }
    if (!meanwhile || !set_level(two.other, "debug")) { return untestable("the calls after it are not served"); }
    const auto after = logged_by(two.one, call);
    if (!after || after->empty()) { return untestable(fmt::format("what {} logs comes and goes", call.name)); }
    return not_own(fmt::format("none from {}", call.name));
  }
  return std::nullopt;
}

/// What comes on a held stream by itself; nullopt where too little comes to tell.
std::optional<Finding> judge_by_stream(Probe& probe, Two& two) {
  const auto patience = patience_of_streams(probe);
  if (patience == milliseconds(0)) { return std::nullopt; }
  auto ear = Ear::open(probe, two.one);
  if (!ear) { return std::nullopt; }
  const auto until = probe.in(patience);
  if (ear->next(until).empty()) { return std::nullopt; }
  const auto first = wire::Clock::now();
  if (ear->next(until).empty()) { return std::nullopt; }
  const auto gap = std::chrono::duration_cast<milliseconds>(wire::Clock::now() - first);
  if (!set_level(two.other, "emergency")) { return untestable("the level emergency cannot be set"); }
  ear->pass_over();
  if (!ear->next(probe.in(2 * gap + kLoggingSlack)).empty()) {
    return pass(fmt::format("a held stream brings one in {} ms, and another session has set emergency", gap.count()));
  }
  if (!set_level(two.other, "debug")) { return std::nullopt; }
  if (ear->next(probe.in(2 * gap + kLoggingSlack)).empty() || probe.out_of_time()) { return std::nullopt; }
  return not_own(fmt::format("none on a held stream, which brings one in {} ms otherwise,", gap.count()));
}

Finding run(Probe& probe) {
  if (probe.is(Era::streamable) && !probe.survey().sessions) {
    return not_applicable("without sessions nothing tells two clients apart");
  }
  if (!may_log(probe)) { return untestable(kNothing); }
  auto one = probe.dialogue();
  auto other = probe.dialogue();
  if (!one || !other) { return probe.broken(one ? other.error() : one.error(), "two conversations"); }
  Two two{*std::move(one), *std::move(other)};
  if (!set_level(two.one, "debug")) { return untestable("the level debug cannot be set"); }
  auto finding = judge_by_stream(probe, two);
  if (!finding) { finding = judge_by_calls(probe, two); }
  (void)set_level(two.other, kAsBefore);
  return finding.value_or(untestable(kNothing));
}

const Registration kCheck{{
    .id = "logging.level.own-session",
    .title = "the level that one client sets holds for its own session alone",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "logging",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging#setting-log-level",
    .consequence = "One client silences all others, or floods them with what it alone wants to read.",
    .fix =
        "Keep the level of logging/setLevel with its session, and ask for it when a message is sent to that session; "
        "the level of the process's own log is another matter.",
    .faults = {"logging.one-level-for-all"},
    .fixture = "logging",
    .turn = Turn::last,  // What others heard by then says whether it is worth to listen.
    .run = run,
}};
const NotByCommand kNoCommand{"logging.level.own-session", "it takes two sessions at once"};

}  // namespace
}  // namespace weir::conformance::logging_level_own_session
