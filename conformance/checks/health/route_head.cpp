#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_route_head {
namespace {

constexpr std::chrono::milliseconds kPatience{2000};

/// Of a route, of a method of it, or of a server without that method.
bool has_no_head(int status) { return status == 404 || status == 405 || status == 501; }

/// A route that fails now and then fails a GET as well: that is told by health.route.steady.
bool is_got(Probe& probe, const HealthAnswer& health) {
  const auto again = probe.send(health_request(probe, health.url));
  return again && again->ok();
}

Finding run(Probe& probe) {
  // What was guessed may be another's path: nobody said that anything asks there by HEAD.
  if (probe.target().profile.health.empty()) { return not_applicable("the profile names no health route"); }
  const auto answers = ask_health(probe);
  int asked = 0;
  for (const auto& health : answers) {
    if (!health.answer || !health.answer->ok()) { continue; }
    auto request = health_request(probe, health.url);
    request.method = "HEAD";
    const auto answer = probe.send(request, probe.in(kPatience));
    const std::string expected =
        fmt::format("the status of the GET, {}, to HEAD of {}", health.answer->head.status, health.route.path);
    const bool refused = answer && has_no_head(answer->head.status);
    if ((refused || !answer) && is_got(probe, health)) {
      probe.pin_request(request);
      return fail(expected, answer ? describe(*answer) : answer.error().detail);
    }
    if (!answer) { return probe.broken(answer.error(), expected); }
    if (!answer->ok()) {
      return untestable(
          fmt::format("HEAD of {} is refused for another reason: {}", health.route.path, describe(*answer)));
    }
    ++asked;
  }
  if (asked == 0) { return untestable("no health route answers a GET with 2xx: see health.route.answers"); }
  return pass(fmt::format("{} of {} routes answer HEAD as GET", asked, answers.size()));
}

const Registration kCheck{{
    .id = "health.route.head",
    .title = "a health route that answers GET answers HEAD",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2",
    .consequence = "Monitors and balancers that probe by HEAD take a healthy service for a dead one.",
    .fix = "Register the health route for HEAD beside GET (FastAPI: methods GET and HEAD; a handler that compares the "
           "method: both), answered alike but for the body.",
    .faults = {"health.head-404", "health.head-405", "health.head-hangs"},
    .fixture = "profile",
    .waits = true,
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::health_route_head
