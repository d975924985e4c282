#include "conformance/ask/front_door.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::front_door_malformed_not_5xx {
namespace {

constexpr const char* kCut = R"({"weir": )";  ///< Nothing can be run that begins like this and then ends.

/// Rows whose body is JSON, and that are served.
bool selects(const wire::FrontDoorRoute& row) {
  const auto& statuses = row.expect.statuses;
  const bool served = statuses.empty() || std::any_of(statuses.begin(), statuses.end(),
                                                      [](int status) { return 200 <= status && status < kRedirects; });
  const auto type = wire::media_type(row.headers.get("Content-Type"));
  const bool is_json = type.empty() || type == "application/json" || type.ends_with("+json");
  return served && is_json && wire::parse_json(row.body).has_value();
}

struct Asked {
  int refused = 0;  ///< Rows that refused it; one that serves it does not read its body.
  std::optional<wire::Request> wrong;
};

std::optional<std::string> problem(Probe& probe, const wire::FrontDoorRoute& row, Asked& asked) {
  auto malformed = row;
  malformed.body = kCut;
  const auto url = row_url(probe, malformed);
  if (!url) { return std::nullopt; }
  auto request = row_request(probe, malformed, *url);
  auto answer = probe.send(request);
  if (answer && answer->head.status >= kServerErrors) { answer = probe.send(request); }  // Once may be by chance.
  if (!answer) { return std::nullopt; }
  asked.refused += is_client_error(answer->head.status) ? 1 : 0;
  if (answer->head.status < kServerErrors) { return std::nullopt; }
  if (!asked.wrong) { asked.wrong = std::move(request); }
  return fmt::format("malformed JSON is answered {}; 400 is due", describe(*answer));
}

Finding run(Probe& probe) {
  Asked asked;
  const auto watch = [&](Probe&, const wire::FrontDoorRoute& row, wire::HttpStream& stream) {
    return stream.exchange().ok() ? problem(probe, row, asked) : std::nullopt;
  };
  auto finding = judge_rows(
      probe, {.selects = selects, .nothing = "no row with a JSON body expects a 2xx", .problem = {}, .watch = watch});
  if (finding.verdict == reports::Verdict::pass) {
    if (asked.refused == 0) { return untestable("no row that serves JSON reads its body"); }
    return pass(fmt::format("malformed JSON is refused by 4xx on {} rows", asked.refused));
  }
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  probe.pin_request(*asked.wrong);
  return fail("4xx for a body that is no JSON, at the rows that take JSON", std::move(finding.got))
      .at("server", "Catch what parsing the body throws, and answer 400.");
}

const Registration kCheck{{
    .id = "front-door.malformed.not-5xx",
    .title = "the routes of the front door that take JSON answer malformed JSON by 4xx, not by 5xx",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1",
    .consequence = "Callers take their own mistake for an outage and try again, and alarms on 5xx ring for what any "
                   "client can send.",
    .fix = "Catch what parsing the body throws before the handler runs, and answer 400 with what is wrong with it, in "
           "place of the error handler for what nobody expected.",
    .faults = {"front-door.malformed-500"},
    .fixture = "front-door-json",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_malformed_not_5xx
