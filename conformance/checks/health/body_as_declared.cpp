#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_body_as_declared {
namespace {

std::optional<std::string> problem(const HealthAnswer& health) {
  const wire::Exchange& answer = *health.answer;
  if (!answer.is_json() || answer.body.empty() || wire::parse_json(answer.body)) { return std::nullopt; }
  return describe(answer);
}

Finding run(Probe& probe) {
  const auto answers = ask_health(probe);
  if (!answers.empty() && std::none_of(answers.begin(), answers.end(), [](const HealthAnswer& health) {
        return health.answer && health.answer->is_json();
      })) {
    return not_applicable("no health route says that it answers in JSON");
  }
  return judge_health(probe, answers, "JSON, as its Content-Type says", problem);
}

const Registration kCheck{{
    .id = "health.body.as-declared",
    .title = "a health route that says JSON answers in JSON",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-8.3",
    .consequence = "A monitor that reads the body fails on it, and takes a healthy service for a dead one.",
    .fix = "Write the health answer with a JSON serializer, or set its Content-Type to what it is (text/plain, "
           "text/html), in the server or the page of the proxy.",
    .faults = {"health.html-as-json"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_body_as_declared
