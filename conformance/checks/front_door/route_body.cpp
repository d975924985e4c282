#include "conformance/ask/front_door.hpp"
#include "wire/json/subset.hpp"

namespace weir::conformance::front_door_route_body {
namespace {

std::optional<std::string> problem(const RowAnswer& answer) {
  const auto& expect = answer.row.expect;
  if (expect.json_subset) {
    const auto body = wire::parse_json(answer.exchange.body);
    if (!body) {
      return fmt::format("expected JSON with {}, got {}", wire::excerpt(*expect.json_subset, 80), answer.seen());
    }
    if (!wire::holds_subset(body->value, *expect.json_subset)) {
      return fmt::format("expected {} in the body, got {}", wire::excerpt(*expect.json_subset, 80),
                         wire::excerpt(body->value, 120));
    }
  }
  if (expect.body_contains && answer.exchange.body.find(*expect.body_contains) == std::string::npos) {
    return fmt::format("expected '{}' in the body, got {}", *expect.body_contains, describe(answer.exchange));
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  return judge_rows(probe,
                    {.selects = [](const auto& row) { return row.expect.json_subset || row.expect.body_contains; },
                     .nothing = "no row of the front door says anything of a body",
                     .problem = problem});
}

const Registration kCheck{{
    .id = "front-door.route.body",
    .title = "every route of the front door answers with the body that the profile says",
    .level = Level::must,
    .eras = kTarget,
    .source = kFrontDoorSource,
    .consequence = "The status is right and what stands in it is not: callers fail on the members that they read.",
    .fix = "Route the path to the service that makes the body of the profile's row (json_subset, body_contains), "
           "repair what that body reports, or correct the row.",
    .faults = {"front-door.body-emptied"},
    .fixture = "front-door",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_route_body
