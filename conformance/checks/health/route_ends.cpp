#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_ends {
namespace {

std::optional<std::string> problem(const HealthAnswer& health) {
  const wire::Exchange& exchange = *health.answer;
  switch (exchange.end) {
    case wire::EndClass::clean:
    case wire::EndClass::close_delimited:
      return std::nullopt;
    case wire::EndClass::open:
      return describe(exchange);
    default:
      return fmt::format("{}, {}", describe(exchange), to_string(exchange.end));
  }
}

Finding run(Probe& probe) {
  auto finding = judge_health(probe, ask_health(probe), "an answer that ends", problem);
  return finding.verdict == reports::Verdict::fail && finding.fix.empty()
             ? std::move(finding).at("health check of the load balancer",
                                     "Point the health check at a route that answers and ends, not at the stream.")
             : finding;
}

const Registration kCheck{{
    .id = "health.route.ends",
    .title = "the answer of a health route ends",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "Health checkers wait for the end, time out, and take a target that works out of service.",
    .fix = "Point the health check at a route that writes its answer with a Content-Length and ends it, not at an "
           "event stream or a handler that never ends.",
    .faults = {"health.endless"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_ends
