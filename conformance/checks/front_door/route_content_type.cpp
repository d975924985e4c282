#include "conformance/ask/front_door.hpp"

namespace weir::conformance::front_door_route_content_type {
namespace {

std::optional<std::string> problem(const RowAnswer& answer) {
  const auto type = wire::media_type(answer.exchange.head.headers.get("content-type"));
  if (type == answer.row.expect.content_type) { return std::nullopt; }
  return fmt::format("expected {}, got {}", answer.row.expect.content_type, answer.seen());
}

Finding run(Probe& probe) {
  return judge_rows(probe, {.selects = [](const auto& row) { return !row.expect.content_type.empty(); },
                            .nothing = "no row of the front door says a content type",
                            .problem = problem});
}

const Registration kCheck{{
    .id = "front-door.route.content-type",
    .title = "every route of the front door answers with its media type",
    .level = Level::must,
    .eras = kTarget,
    .source = kFrontDoorSource,
    .consequence = "A 200 with a web page is green for whoever looks at the status alone, while no client can read it.",
    .fix = "Set Content-Type in the handler of the route, and route its path ahead of the fallback page of a web "
           "application and of a CDN's custom error pages.",
    .faults = {"front-door.spa-fallback"},
    .fixture = "front-door",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_route_content_type
