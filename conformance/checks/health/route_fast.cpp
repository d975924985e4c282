#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_fast {
namespace {

constexpr std::chrono::milliseconds kFast{2000};
constexpr std::chrono::milliseconds kPatience{4000};

std::optional<std::string> problem(const HealthAnswer& health) {
  const std::int64_t took_ms = health.answer->timings.head_us / 1000;
  return took_ms < kFast.count() ? std::nullopt : std::optional(fmt::format("one after {} ms", took_ms));
}

Finding run(Probe& probe) { return judge_health(probe, ask_health(probe, kPatience), "an answer within 2 s", problem); }

const Registration kCheck{{
    .id = "health.route.fast",
    .title = "a health route answers within two seconds",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "AWS load balancers give up after 5 s by default: a busy moment takes the target out of service.",
    .fix = "Answer the health route from a state that a background task keeps, instead of calling databases and other "
           "services while the checker waits.",
    .faults = {"health.slow"},
    .waits = true,
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_fast
