#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_plain_get {
namespace {

/// What an MCP endpoint says to a GET without session, version and Accept, as health checkers send it.
bool is_mcp_refusal(const wire::Exchange& answer) {
  const int status = answer.head.status;
  return status == 400 || status == 405 || status == 406 || status == 415;
}

Finding run(Probe& probe) {
  const auto answers = ask_health(probe);
  if (answers.empty()) { return not_applicable(kNoHealthRoute); }
  for (const auto& health : answers) {
    wire::Request request{.url = health.url};
    request.headers = {{"User-Agent", "ELB-HealthChecker/2.0"}, {"Accept-Encoding", "gzip, compressed"}};
    const auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), fmt::format("an answer from {}", health.route.path)); }
    if (is_mcp_refusal(*answer)) {
      const bool same = health.url.path == probe.target().url.path;
      return fail(fmt::format("{} to a plain GET of {}", health.route.status, health.route.path),
                  fmt::format("{}, as {}", describe(*answer),
                              same ? "this is the MCP endpoint" : "an MCP endpoint answers"))
          .at("health check of the load balancer",
              "Point the health check at a route of its own that answers 200 to a plain GET.");
    }
  }
  return pass(fmt::format("{} answers a plain GET", answers.front().route.path));
}

const Registration kCheck{{
    .id = "health.route.plain-get",
    .title = "the health routes are no MCP endpoint: they answer a plain GET",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "An MCP endpoint answers health checks 400, 405 or 406: no target ever comes into service.",
    .fix = "Point the health check at a route of its own that answers 200 to a GET without Accept, session and "
           "credentials, not at the MCP endpoint.",
    .faults = {"health.is-the-mcp-path"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_plain_get
