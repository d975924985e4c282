// The routes that a load balancer asks answer with the status that the profile names, 200 by default.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
#include "conformance/probe.hpp"

namespace weir::conformance {

namespace {

Finding ask(Probe& probe, const wire::HealthRoute& route) {
  const std::string expected = fmt::format("{} from {}", route.status, route.path);
  const auto url = wire::resolve(probe.target().url, route.path);
  if (!url) {
    return probe.broken(url.error(), expected);
  }
  const auto answer = probe.send(probe.request("GET", *url));
  if (!answer) {
    return probe.broken(answer.error(), expected);
  }
  if (answer->head.status != route.status) {
    return fail(expected, fmt::format("{} {}", answer->head.status, answer->head.reason));
  }
  return pass(fmt::format("{} answers {}", route.path, route.status));
}

Finding run(Probe& probe) {
  const auto& routes = probe.target().profile.health;
  for (const auto& route : routes) {
    if (auto finding = ask(probe, route); finding.verdict != reports::Verdict::pass) {
      return finding;
    }
  }
  if (!routes.empty()) {
    return pass(fmt::format("{} health routes answer as the profile says", routes.size()));
  }
  for (std::string_view path : {"/health", "/healthz", "/ping"}) {
    if (auto finding = ask(probe, {.path = std::string(path)}); finding.verdict == reports::Verdict::pass) {
      return finding;
    }
  }
  return not_applicable("the profile names no health route, and /health, /healthz and /ping do not answer 200");
}

const Registration kCheck{
    {.id = "health.route.answers",
     .title = "the health routes answer with their status",
     .level = Level::must,
     .eras = kTarget,
     .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
     .consequence = "A load balancer takes a target whose health route fails out of service.",
     .faults = {"health.status-500"},
     .run = run}};

}  // namespace

}  // namespace weir::conformance
