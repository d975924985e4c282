#include "conformance/checks/health/common.hpp"
#include "wire/json/subset.hpp"

namespace weir::conformance::health_route_subset {
namespace {

std::optional<std::string> problem(const HealthAnswer& health) {
  const wire::Exchange& exchange = *health.answer;
  if (health.route.json_subset) {
    const auto body = wire::parse_json(exchange.body);
    if (!body || !wire::holds_subset(body->value, *health.route.json_subset)) {
      return fmt::format("{}, without {}", describe(exchange), wire::excerpt(*health.route.json_subset, 80));
    }
  }
  const auto most_ms = health.route.max_latency_ms;
  if (most_ms && exchange.timings.head_us > *most_ms * std::int64_t{1000}) {
    return fmt::format("an answer after {} ms instead of {} ms", exchange.timings.head_us / 1000, *most_ms);
  }
  return std::nullopt;
}

constexpr std::chrono::milliseconds kLonger{500};

/// Long enough to see by how much the slowest route may be late.
std::chrono::milliseconds patience(const Probe& probe) {
  auto most = probe.target().answer_timeout;
  for (const auto& route : probe.target().profile.health) {
    most = std::max(most, std::chrono::milliseconds(route.max_latency_ms.value_or(0)));
  }
  return most + kLonger;
}

Finding run(Probe& probe) {
  const auto& routes = probe.target().profile.health;
  const bool said = std::any_of(routes.begin(), routes.end(), [](const wire::HealthRoute& route) {
    return route.json_subset || route.max_latency_ms;
  });
  if (!said) { return not_applicable("the profile says nothing about the body or the latency of a health route"); }
  return judge_health(probe, ask_health(probe, patience(probe)), "what the profile says", problem);
}

const Registration kCheck{{
    .id = "health.route.subset",
    .title = "the health answers hold what the profile says, in time",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "The route answers 200 while it says in its body that a part of the server is down.",
    .fix = "Repair the part that the body reports and what makes the route slow, or correct json_subset and "
           "max_latency_ms of this route in the profile.",
    .faults = {"health.degraded", "health.slow"},
    .fixture = "profile",
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_subset
