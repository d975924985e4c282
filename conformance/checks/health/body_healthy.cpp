#include <array>

#include "conformance/checks/health/common.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::health_body_healthy {
namespace {

/// The words by which common frameworks say it (Spring Boot, the health+json draft, .NET, Consul, ECS).
bool is_bad(std::string_view status) {
  constexpr std::array<std::string_view, 9> kBad = {"unhealthy", "down",     "fail",           "failed", "failing",
                                                    "error",     "critical", "out_of_service", "dead"};
  const std::string word = wire::lower(status);
  return std::find(kBad.begin(), kBad.end(), word) != kBad.end();
}

bool is_good(std::string_view status) {
  constexpr std::array<std::string_view, 7> kGood = {"healthy", "ok", "up", "pass", "passing", "serving", "alive"};
  const std::string word = wire::lower(status);
  return std::find(kGood.begin(), kGood.end(), word) != kGood.end();
}

/// What the body says of health, good or bad; empty where it says nothing that is known.
struct Said {
  std::string words;
  bool bad = false;
};

Said said_by(const wire::Exchange& answer) {
  const auto value = wire::parse_json(answer.body);
  if (!value) {
    const auto word = wire::trimmed(answer.body);
    return is_good(word) || is_bad(word) ? Said{wire::excerpt(word, 40), is_bad(word)} : Said{};
  }
  for (const std::string_view member : {"status", "health", "state"}) {
    const auto word = wire::string_or(value->value, member, "");
    if (is_good(word) || is_bad(word)) { return {fmt::format("\"{}\": \"{}\"", member, word), is_bad(word)}; }
  }
  for (const std::string_view member : {"healthy", "ok"}) {
    const json::value* flag = wire::find(value->value, member);
    if (flag && flag->is_bool()) { return {fmt::format("\"{}\": {}", member, flag->get_bool()), !flag->get_bool()}; }
  }
  return {};
}

std::optional<std::string> problem(const HealthAnswer& health) {
  const wire::Exchange& answer = *health.answer;
  const Said said = said_by(answer);
  return answer.ok() && said.bad ? std::optional(fmt::format("HTTP {} with {}", answer.head.status, said.words))
                                 : std::nullopt;
}

Finding run(Probe& probe) {
  const auto answers = ask_health(probe);
  const bool silent = std::none_of(answers.begin(), answers.end(), [](const HealthAnswer& health) {
    return health.answer && !said_by(*health.answer).words.empty();
  });
  if (!answers.empty() && silent) { return not_applicable("no health route says in its body how it is"); }
  return judge_health(probe, answers, "a status other than 2xx where the body says unhealthy", problem);
}

const Registration kCheck{{
    .id = "health.body.healthy",
    .title = "a health route that answers 2xx does not say that it is unhealthy",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "A load balancer reads the status alone: it keeps sending clients to a target that says it is down.",
    .fix = "Set the HTTP status from the same value as the body, so that an unhealthy server answers 503 (Spring Boot: "
           "map DOWN to no 2xx).",
    .faults = {"health.unhealthy-200"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_body_healthy
