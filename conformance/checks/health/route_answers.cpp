#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_answers {
namespace {

std::optional<std::string> problem(const HealthAnswer& health) {
  const int status = health.answer->head.status;
  return status == health.route.status ? std::nullopt : std::optional(describe(*health.answer));
}

Finding run(Probe& probe) {
  return judge_health(probe, ask_health(probe), "the status that the profile names", problem);
}

const Registration kCheck{{
    .id = "health.route.answers",
    .title = "the health routes answer with their status",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "A load balancer takes a target whose health route fails out of service.",
    .fix = "Repair what the health route reports, register it at the path that the profile names and route that path "
           "to the server, or correct path and status in the profile.",
    .faults = {"health.status-500"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_answers
