#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_elb_answers {
namespace {

constexpr const char* kChecker = "ELB-HealthChecker/2.0";

/// Health checks come from inside; what stands before the server at a public name may refuse them rightly.
bool is_direct(const wire::Url& url) {
  const bool numeric =
      url.host.find(':') != std::string::npos || url.host.find_first_not_of("0123456789.") == std::string::npos;
  return numeric || url.host == "localhost";
}

/// Whether the answer to the same request is another one a moment later, to a checker or to anybody.
bool is_unsteady(Probe& probe, const HealthAnswer& health, const wire::Request& by_checker) {
  constexpr int kTimes = 4;
  for (int i = 0; i < kTimes; ++i) {
    const auto checked = probe.send(by_checker);
    const auto usual = probe.send(health_request(probe, health.url));
    if (checked && checked->head.status == health.answer->head.status && checked->redirects.empty()) { return true; }
    if (usual && usual->head.status != health.answer->head.status) { return true; }
  }
  probe.pin_request(by_checker);
  return false;
}

Finding run(Probe& probe) {
  const auto answers = ask_health(probe);
  if (answers.empty()) { return not_applicable(kNoHealthRoute); }
  for (const auto& health : answers) {
    const std::string expected = fmt::format("the health answer of {}", health.route.path);
    if (!health.answer) { return probe.broken(health.answer.error(), expected); }
    if (!is_direct(health.url)) {
      return untestable("health checks do not come by name: give the URL of a target, with its address, to try them");
    }
    if (!health.answer->ok()) {
      return untestable(fmt::format("{} is not healthy for anyone: {}", health.route.path, describe(*health.answer)));
    }
    wire::Request request{.url = health.url};
    request.headers = {
        {"Host", health.answer->remote}, {"User-Agent", kChecker}, {"Accept-Encoding", "gzip, compressed"}};
    const auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), expected); }
    if (answer->head.status != health.answer->head.status || !answer->redirects.empty()) {
      if (is_unsteady(probe, health, request)) {
        return untestable(fmt::format("{} is answered now this, now that: health.route.steady", health.route.path));
      }
      return fail(expected, describe(*answer))
          .at("server", "Let the health route answer whatever the Host: health checks send the target's address.");
    }
  }
  return pass(fmt::format("{} as Host, without credentials", answers.front().answer->remote));
}

const Registration kCheck{{
    .id = "health.elb.answers",
    .title = "a load balancer gets the health answer",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence =
        "The host, the absent credentials or the address of the checker is refused: no target ever becomes healthy.",
    .fix = "Exempt the health path alone from the Host allow-list, authentication and redirects, so that a GET with a "
           "target's address as Host is answered.",
    .faults = {"health.elb-421"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_elb_answers
