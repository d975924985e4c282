#include "conformance/ask/dialogue.hpp"
#include "conformance/checks/health/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::health_truth_mcp_alive {
namespace {

constexpr int kTimes = 5;

/// Why a conversation in this era failed; nullopt when each request was answered.
std::optional<std::string> failure(Probe& probe, const Survey& survey) {
  auto dialogue = open_dialogue(probe, survey);
  if (!dialogue) { return dialogue.error().detail; }
  const std::string_view method = survey.means;
  for (int i = 1; i <= kTimes; ++i) {
    const auto reply = dialogue->request(method);
    if (!reply) { return fmt::format("{} {} of {}: {}", method, i, kTimes, reply.error().detail); }
    if (!reply->response) { return fmt::format("{} {} of {}: {}", method, i, kTimes, reply->describe()); }
  }
  return std::nullopt;
}

/// Whether the handshake fails at an answer that is no failure of the server: a 5xx or silence is what a health route
/// has to tell of.
bool is_answered_badly(Probe& probe, const Survey& survey) {
  const auto opened = open_dialogue(probe, survey);
  if (opened || opened.error().code == wire::ErrorCode::timeout) { return false; }
  const auto& answer = probe.last_heard().answer;
  return answer && answer->head.status < kServerErrors;
}

bool is_green(const std::vector<HealthAnswer>& answers) {
  return !answers.empty() && std::all_of(answers.begin(), answers.end(), [](const HealthAnswer& health) {
    return health.answer && health.answer->ok();
  });
}

Finding run(Probe& probe) {
  if (probe.target().profile.era == Era::none) {
    return not_applicable("the profile says that this is no MCP endpoint");
  }
  const auto before = ask_health(probe);
  if (before.empty()) { return not_applicable(kNoHealthRoute); }
  if (!is_green(before)) { return untestable("the health route is not green"); }
  for (const Survey& survey : probe.target().surveys) {
    if (survey.open_error && is_answered_badly(probe, survey)) {
      return untestable("the handshake itself is broken, which no health route need know: " +
                        survey.open_error->detail);
    }
  }
  std::optional<std::string> failed;
  if (probe.target().surveys.empty()) { failed = "no era of MCP is spoken"; }
  for (const Survey& survey : probe.target().surveys) { failed = failed ? failed : failure(probe, survey); }
  if (!failed) { return pass(fmt::format("{} requests in a row answered in each era", kTimes)); }
  if (probe.out_of_time() || !is_green(ask_health(probe))) {
    return untestable("MCP failed, and so did the health route: " + *failed);
  }
  return fail("MCP that answers while the health route is green", *failed)
      .at("server", "Let the health route ask the MCP server behind it for an initialize or a ping.");
}

const Registration kCheck{{
    .id = "health.truth.mcp-alive",
    .title = "the health route is green only while MCP answers",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "The load balancer keeps sending users to a target that answers nothing but health checks.",
    .fix = "Let the server ask its own MCP handler for an initialize or server/discover every few seconds, and the "
           "health route answer 503 while that fails.",
    .faults = {"health.mcp-dead", "health.mcp-flaps"},
    .run = run,
}};
const NotByCommand kNoCommand{"health.truth.mcp-alive", "it takes the health route and the MCP endpoint, side by side"};

}  // namespace
}  // namespace weir::conformance::health_truth_mcp_alive
