#include "conformance/ask/front_door.hpp"

namespace weir::conformance::front_door_route_latency {
namespace {

std::optional<std::string> problem(const RowAnswer& answer) {
  const auto took_ms = answer.exchange.timings.head_us / 1000;
  const int most_ms = *answer.row.expect.max_latency_ms;
  if (took_ms <= most_ms) { return std::nullopt; }
  return fmt::format("expected an answer within {} ms, got {} after {} ms", most_ms, answer.seen(), took_ms);
}

Finding run(Probe& probe) {
  return judge_rows(probe, {.selects = [](const auto& row) { return row.expect.max_latency_ms.has_value(); },
                            .nothing = "no row of the front door has a max_latency_ms",
                            .problem = problem,
                            .every_answer = true});
}

const Registration kCheck{{
    .id = "front-door.route.latency",
    .title = "every route of the front door answers in its time",
    .level = Level::must,
    .eras = kTarget,
    .source = kFrontDoorSource,
    .consequence =
        "Gateways give up on a slow route (29 s on API Gateway, 60 s on most others) and answer in its place.",
    .fix = "Answer the route from what the service has at hand, keep its instances warm, repair the hop that does not "
           "answer, or correct max_latency_ms of the row.",
    .faults = {"front-door.slow"},
    .fixture = "front-door",
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_route_latency
