#include <cmath>

#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_recovery_in_time {
namespace {

/// The longest time in which every new client failed.
struct Outage {
  std::int64_t begin_ms = 0, end_ms = 0;
  const WatchedCall* first = nullptr;
  bool open = false;  ///< It lasted to the end of the watch.
  std::int64_t length_ms() const { return end_ms - begin_ms; }
};

Outage longest_outage(const EraWatch& era) {
  Outage longest, now;
  for (const auto& call : era.calls) {
    if (call.of != WatchedCall::Of::new_client || call.end_ms < 0) { continue; }
    if (call.lost()) {
      if (!now.first) { now = {call.begin_ms, call.end_ms, &call, true}; }
      now.end_ms = call.end_ms;
    } else if (now.first) {
      now.end_ms = call.end_ms;
      now.open = false;
    }
    if (now.first && now.length_ms() >= longest.length_ms()) { longest = now; }
    if (!call.lost()) { now = {}; }
  }
  return longest;
}

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  const auto limit_ms = std::llround(*expected_of(probe).recovery_s * 1000);
  const Outage outage = longest_outage(seen->era);
  if (!outage.first) { return pass("new conversations succeeded throughout"); }
  const std::string hop = outage.first->hop.empty() ? "server" : outage.first->hop;
  const std::string text =
      fmt::format("{} without any, from {} after the deploy began {}: {}", seconds_text(outage.length_ms()),
                  seconds_text(std::max<std::int64_t>(outage.begin_ms, 0)),
                  outage.open ? "to the end of the watch" : "on", outage.first->text);
  if (outage.open || outage.length_ms() > limit_ms) {
    return fail(fmt::format("a new conversation again within {}", seconds_text(limit_ms)), text)
        .at(hop, "Let the new version pass its health check before the old one stops.");
  }
  return pass(text);
}

const Registration kCheck{{
    .id = "deploy.recovery.in-time",
    .title = "new conversations succeed again within the promised time",
    .level = Level::must,
    .eras = kAllEras,
    .source = kEcsDraining,
    .consequence = "Every client is without its tools for as long, and those that give up stay without.",
    .fix = "Let the new version pass its health check before the old one stops (ECS: minimumHealthyPercent 100; "
           "Kubernetes: readinessProbe with maxUnavailable 0).",
    .faults = {"deploy.recovery-slow"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.recovery.in-time", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_recovery_in_time
