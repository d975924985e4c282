#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance {

namespace {

constexpr double kRecoverySeconds = 30;  ///< Of a profile that says nothing: clients give up after about so long.
constexpr int kLostLines = 12;

std::string_view who(WatchedCall::Of of) {
  switch (of) {
    case WatchedCall::Of::old_session:
      return "old session";
    case WatchedCall::Of::new_client:
      return "new client";
    case WatchedCall::Of::in_flight:
      break;
  }
  return "call in flight";
}

std::string line_of(const WatchedStream& stream) {
  std::string text =
      stream.end == wire::EndClass::open
          ? fmt::format("stream still open {} after the deploy began", seconds_text(stream.end_ms))
          : fmt::format("stream ended as '{}' after {}", to_string(stream.end), seconds_text(stream.end_ms));
  if (stream.reopened_ms) {
    text += fmt::format(", open again after {}", seconds_text(*stream.reopened_ms));
  } else if (!stream.reopen_problem.empty()) {
    text += ", not open again: " + stream.reopen_problem;
  }
  return text + (stream.deserted.empty() ? "" : ", deserted: " + stream.deserted);
}

void tell(Probe& probe, const DeployWatch& deploy, const EraWatch& era) {
  probe.note(fmt::format("the deploy {} after {}", deploy.end.describe(), seconds_text(deploy.deploy_ms)));
  for (const auto& line : deploy.end.output) { probe.note("| " + line); }
  for (const auto& stream : era.streams) { probe.note(line_of(stream)); }
  int lines = 0;
  for (const auto& call : era.calls) {
    if (call.fate != WatchedCall::Fate::answered && call.end_ms >= 0 && lines++ < kLostLines) {
      probe.note(
          fmt::format("{}, {} after the deploy began: {}", who(call.of), seconds_text(call.begin_ms), call.text));
    }
  }
}

}  // namespace

tl::expected<Watched, Finding> watched(Probe& probe) {
  const auto& across = probe.target().across_deploy;
  if (!across) { return tl::unexpected(not_applicable("nothing is deployed during the run: --across-deploy COMMAND")); }
  constexpr std::chrono::hours kWholeBudget{24};
  const DeployWatch& deploy =
      across->watch(probe.target(), probe.in(kWholeBudget), [&probe] { return probe.out_of_time(); });
  const EraWatch* era = deploy.of(probe.era());
  if (era) { tell(probe, deploy, *era); }
  if (!deploy.end.good()) { return tl::unexpected(untestable("the deploy " + deploy.end.describe())); }
  if (!era) { return tl::unexpected(untestable("no conversation could be opened before the deploy")); }
  if (!era->problem.empty()) { return tl::unexpected(untestable(era->problem)); }
  return Watched{deploy, *era};
}

wire::DeployExpectation expected_of(const Probe& probe) {
  auto expected = probe.target().profile.deploy.value_or(wire::DeployExpectation{});
  expected.recovery_s = expected.recovery_s.value_or(kRecoverySeconds);
  expected.lost_calls = expected.lost_calls.value_or(0);
  return expected;
}

std::string seconds_text(std::int64_t ms) {
  constexpr std::int64_t kSecond = 1000, kTenSeconds = 10'000;
  return ms < kSecond       ? fmt::format("{} ms", ms)
         : ms < kTenSeconds ? fmt::format("{:.1f} s", static_cast<double>(ms) / kSecond)
                            : fmt::format("{} s", (ms + kSecond / 2) / kSecond);
}

std::string counted(std::size_t some, std::size_t all, std::string_view what) {
  return fmt::format("{} of {} {}", some, all, what);
}

}  // namespace weir::conformance
