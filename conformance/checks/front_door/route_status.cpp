#include "conformance/ask/front_door.hpp"

namespace weir::conformance::front_door_route_status {
namespace {

std::optional<std::string> problem(const RowAnswer& answer) {
  if (answer.status_is_right()) { return std::nullopt; }
  return fmt::format("expected {}, got {}", fmt::join(answer.row.expect.statuses, " or "), answer.seen());
}

Finding run(Probe& probe) {
  return judge_rows(probe, {.selects = [](const wire::FrontDoorRoute&) { return true; },
                            .nothing = "the profile has no front_door table",
                            .problem = problem,
                            .every_answer = true});
}

const Registration kCheck{{
    .id = "front-door.route.status",
    .title = "every route of the front door answers with its status",
    .level = Level::must,
    .eras = kTarget,
    .source = kFrontDoorSource,
    .consequence = "A route that answers strangers, or no longer answers its callers, is what a deploy breaks first "
                   "and a health check never sees.",
    .fix = "Correct the routing rule or the authorizer of the path and method, at the balancer, gateway or server, "
           "until the row's status comes, or correct the row.",
    .faults = {"front-door.open", "front-door.route-gone"},
    .fixture = "front-door",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_route_status
