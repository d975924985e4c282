#include "conformance/ask/url.hpp"
#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_any_host {
namespace {

constexpr const char* kAddress = "192.0.2.10";  ///< RFC 5737: of nobody.

Finding run(Probe& probe) {
  if (!is_deployed_target(probe)) {
    return not_applicable("the URL has the name that users send, or is a server on this machine");
  }
  const auto answers = ask_health(probe);
  if (answers.empty()) { return not_applicable(kNoHealthRoute); }
  for (const auto& health : answers) {
    if (!health.answer || health.answer->head.status != health.route.status) {
      return untestable(fmt::format("{} is not answered as it should be by its own name either", health.route.path));
    }
    wire::Request request = health_request(probe, health.url);
    request.headers.set("Host", kAddress);
    const auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), fmt::format("an answer from {}", health.route.path)); }
    if (speaks_of_host(*answer)) {
      return fail(fmt::format("{} from {} to Host: {}, the address of a target", health.route.status, health.route.path,
                              kAddress),
                  describe(*answer))
          .at("server", "Answer the health routes before the list of allowed hosts is asked: they show nothing.");
    }
  }
  return pass(fmt::format("{} is answered by an address as well", answers.front().route.path));
}

const Registration kCheck{{
    .id = "health.route.any-host",
    .title = "the health routes are answered whatever the Host: balancers send a target's address",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence = "With a list of allowed hosts every health check is answered 403: no target comes into service.",
    .fix = "Register the health path, and that alone, ahead of the Host check (allowed_hosts, DNS rebinding "
           "protection), so that a target's address in Host is answered.",
    .faults = {"health.host-allow-list"},
    .fixture = "deployed",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_any_host
