#include "conformance/ask/front_door.hpp"

namespace weir::conformance::front_door_route_headers {
namespace {

std::optional<std::string> problem(const RowAnswer& answer) {
  const auto& headers = answer.exchange.head.headers;
  std::vector<std::string> wrong;
  for (const auto& [name, value] : answer.row.expect.headers) {
    if (!headers.has(name)) {
      wrong.push_back(fmt::format("expected the header {}, got none", name));
    } else if (value && headers.joined(name) != *value) {
      wrong.push_back(fmt::format("expected {}: {}, got {}", name, *value, wire::excerpt(headers.joined(name), 80)));
    }
  }
  for (const auto& name : answer.row.expect.absent_headers) {
    if (headers.has(name)) {
      wrong.push_back(fmt::format("expected no header {}, got {}", name, wire::excerpt(headers.joined(name), 80)));
    }
  }
  if (wrong.empty()) { return std::nullopt; }
  return fmt::format("{}", fmt::join(wrong, ", "));
}

Finding run(Probe& probe) {
  return judge_rows(
      probe,
      {.selects = [](const auto& row) { return !row.expect.headers.empty() || !row.expect.absent_headers.empty(); },
       .nothing = "no row of the front door says anything of headers",
       .problem = problem});
}

const Registration kCheck{{
    .id = "front-door.route.headers",
    .title = "every route of the front door has the header fields that the profile says, and not those it rules out",
    .level = Level::must,
    .eras = kTarget,
    .source = kFrontDoorSource,
    .consequence = "Challenges, CORS fields and request ids are added and taken off by the hops in between, and nobody "
                   "sees it but the client.",
    .fix = "Set the fields that are missing and remove those that are ruled out, in the server or the hop that changes "
           "them (nginx: add_header ... always, proxy_hide_header).",
    .faults = {"front-door.header-dropped", "front-door.header-leaked"},
    .fixture = "front-door",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_route_headers
