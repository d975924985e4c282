#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_no_session {
namespace {

std::optional<std::string> problem(const HealthAnswer& health) {
  const auto session = health.answer->head.headers.find("mcp-session-id");
  return session ? std::optional(fmt::format("{} with a new Mcp-Session-Id", describe(*health.answer))) : std::nullopt;
}

Finding run(Probe& probe) {
  auto finding = judge_health(probe, ask_health(probe), "an answer that begins no session", problem);
  return finding.verdict == reports::Verdict::fail
             ? std::move(finding).at("server", "Answer the health route without touching the MCP transport.")
             : finding;
}

const Registration kCheck{{
    .id = "health.route.no-session",
    .title = "a health check begins no MCP session",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "Each load balancer node asks every few seconds: thousands of sessions a day that nobody ends.",
    .fix = "Answer the health route in a handler of its own ahead of the MCP transport, so that no initialize runs and "
           "no Mcp-Session-Id is set.",
    .faults = {"health.creates-session"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_no_session
