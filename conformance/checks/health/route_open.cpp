#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_open {
namespace {

Finding run(Probe& probe) {
  const auto answers = ask_health(probe);
  if (answers.empty()) { return not_applicable(kNoHealthRoute); }
  for (const auto& health : answers) {
    const wire::Request request{.url = health.url};  // Health checkers have no credentials.
    const auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), fmt::format("an answer from {}", health.route.path)); }
    const int status = answer->head.status;
    if (status == 401 || status == 403) {
      return fail(fmt::format("{} from {} without credentials", health.route.status, health.route.path),
                  describe(*answer))
          .at("what checks credentials",
              "Leave the health route out of authentication (middleware, auth_request, "
              "authorizer), and let it tell nothing secret.");
    }
  }
  return pass(fmt::format("{} asks for none", answers.front().route.path));
}

const Registration kCheck{{
    .id = "health.route.open",
    .title = "the health routes want no credentials",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "Load balancers have no credentials: every target is unhealthy from the first minute on.",
    .fix = "Exempt the health path alone from authentication (middleware, auth_request off, authorizer of the "
           "gateway), and let its answer tell nothing secret.",
    .faults = {"health.behind-auth"},
    .fixture = "bearer-and-health",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_open
