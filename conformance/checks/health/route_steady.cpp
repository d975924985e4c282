#include <map>

#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_steady {
namespace {

constexpr int kTimes = 12;

Finding run(Probe& probe) {
  const auto first = ask_health(probe);
  if (first.empty()) { return not_applicable(kNoHealthRoute); }
  for (const auto& health : first) {
    if (!health.answer) { return untestable(fmt::format("{} gives no answer", health.route.path)); }
    std::map<int, int> statuses{{health.answer->head.status, 1}};
    for (int asked = 1; asked < kTimes && !probe.out_of_time() && !probe.throttled(); ++asked) {
      const auto answer = probe.send(health_request(probe, health.url));
      if (answer) { ++statuses[answer->head.status]; }
    }
    if (probe.throttled()) { return untestable("the rate of requests is limited"); }
    if (statuses.size() == 1) { continue; }
    std::string counts;
    for (const auto& [status, count] : statuses) {
      counts += fmt::format("{}{} times {}", counts.empty() ? "" : ", ", count, status);
    }
    return fail(fmt::format("one and the same status from {} each time", health.route.path), counts)
        .at("server", "See which of the targets behind the name is not healthy, and why it is still asked.");
  }
  return pass(fmt::format("{} times the same status", kTimes));
}

const Registration kCheck{{
    .id = "health.route.steady",
    .title = "a health route gives the same answer each time",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "Targets are taken out and put back again, or one of several is broken and nobody notices.",
    .fix = "Ask each target behind the name by itself, repair or take out the one that answers otherwise, and let no "
           "single failed call of a dependency turn the status.",
    .faults = {"health.flaps"},
    .fixture = "profile",
    .run = run,
}};
const NotByCommand kNoCommand{"health.route.steady", "only some of many answers are such"};

}  // namespace
}  // namespace weir::conformance::health_route_steady
