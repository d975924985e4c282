#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_not_html {
namespace {

constexpr std::string_view kNoSuchPage = "weir-must-not-exist-4c1d";

bool is_html(const wire::Exchange& exchange) {
  return wire::media_type(exchange.head.headers.get("content-type")) == "text/html";
}

bool same_page(const wire::Exchange& a, const wire::Exchange& b) {
  return a.head.status == b.head.status && (a.body == b.body || (is_html(a) && is_html(b)));
}

Finding run(Probe& probe) {
  const bool named = !probe.target().profile.health.empty();
  const auto answers = ask_health(probe);
  std::optional<std::string> fallback;
  const auto problem = [&](const HealthAnswer& health) -> std::optional<std::string> {
    const auto url = wire::resolve(health.url, kNoSuchPage);
    const auto other = url ? probe.send(health_request(probe, *url)) : tl::unexpected(url.error());
    if (!other || !same_page(*health.answer, *other)) { return std::nullopt; }
    return fallback = fmt::format("{}, as from {}", describe(*health.answer), url->path);
  };
  Finding finding = judge_health(probe, answers, "an answer of its own", problem);
  // A path that was guessed is then no health route.
  if (fallback && named) {
    return std::move(finding).at("web application",
                                 "Serve the health route before the fallback page, as JSON or text.");
  }
  return fallback && !named ? not_applicable("every path gives the same page, so none is known to be a health route")
                            : finding;
}

const Registration kCheck{{
    .id = "health.route.not-html",
    .title = "a health route has an answer of its own",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    .consequence =
        "A single-page application answers every path: the route stays green when the server behind it is dead.",
    .fix = "Register the health route ahead of the fallback page, or route its path to the server instead of the web "
           "application, and answer JSON or text.",
    .faults = {"health.spa-fallback"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_not_html
