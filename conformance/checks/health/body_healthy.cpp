#include <array>

#include "conformance/checks/health/common.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {
namespace {

/// The words by which common frameworks say it (Spring Boot, the health+json draft, .NET, Consul, ECS).
bool is_bad(std::string_view status) {
  constexpr std::array<std::string_view, 9> kBad = {"unhealthy", "down",     "fail",           "failed", "failing",
                                                    "error",     "critical", "out_of_service", "dead"};
  const std::string word = wire::lower(status);
  return std::find(kBad.begin(), kBad.end(), word) != kBad.end();
}

std::optional<std::string> problem(const HealthAnswer& health) {
  const wire::Exchange& answer = *health.answer;
  if (!answer.ok()) { return std::nullopt; }
  std::string said;
  if (const auto value = wire::parse_json(answer.body)) {
    for (const std::string_view member : {"status", "health", "state"}) {
      const auto word = wire::string_or(value->value, member, "");
      said = said.empty() && is_bad(word) ? std::string(word) : said;
    }
    for (const std::string_view member : {"healthy", "ok"}) {
      const json::value* flag = wire::find(value->value, member);
      said = flag && flag->is_bool() && !flag->get_bool() ? fmt::format("\"{}\": false", member) : said;
    }
  } else if (is_bad(wire::trimmed(answer.body))) {
    said = wire::excerpt(answer.body, 40);
  }
  if (said.empty()) { return std::nullopt; }
  return fmt::format("HTTP {} with {}", answer.head.status, wire::excerpt(std::string_view(said), 40));
}

Finding run(Probe& probe) {
  return judge_health(probe, ask_health(probe), "a status other than 2xx where the body says unhealthy", problem);
}

const Registration kCheck{{
    .id = "health.body.healthy",
    .title = "a health route that answers 2xx does not say that it is unhealthy",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "A load balancer reads the status alone: it keeps sending clients to a target that says it is down.",
    .faults = {"health.unhealthy-200"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
