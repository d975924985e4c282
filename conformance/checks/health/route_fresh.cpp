#include "conformance/ask/kept.hpp"
#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_fresh {
namespace {

std::optional<std::string> problem(const HealthAnswer& health) {
  const auto sign = kept_by(*health.answer);
  return sign.empty() ? std::nullopt
                      : std::optional(fmt::format("HTTP {} with {}", health.answer->head.status, wire::excerpt(sign)));
}

Finding run(Probe& probe) {
  // What a cache may keep, it has after the first answer.
  ask_health(probe);
  Finding finding = judge_health(probe, ask_health(probe), "an answer of the server itself", problem);
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  return std::move(finding).at("cache", "Let no cache keep answers of the health route (Cache-Control: no-store).");
}

const Registration kCheck{{
    .id = "health.route.fresh",
    .title = "the answer of a health route does not come out of a cache",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9111#section-5.1",
    .consequence = "Monitors see the health of a while ago: a server that is down stays green.",
    .fix = "Send Cache-Control: no-store with the answers of the health route, and leave its path out of the caches of "
           "CDN and proxy.",
    .faults = {"health.cached"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_fresh
