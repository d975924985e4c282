#include <set>

#include "conformance/ask/front_door.hpp"

namespace weir::conformance::front_door_credentials_required {
namespace {

bool asks_alike(const wire::FrontDoorRoute& a, const wire::FrontDoorRoute& b) {
  return a.method == b.method && a.path == b.path;
}

/// What is public by nature, or is MCP's own endpoint, which is asked without credentials by auth.*.
bool is_asked_elsewhere(const Target& target, const wire::FrontDoorRoute& row) {
  const auto url = wire::resolve(target.url, row.path);
  const auto is_it = [&](const wire::HealthRoute& route) {
    const auto health = wire::resolve(target.url, route.path);
    return health && *health == *url;
  };
  const auto& health = target.profile.health;
  return !url || url->path.starts_with("/.well-known/") || (*url == target.url && target.profile.era != Era::none) ||
         std::any_of(health.begin(), health.end(), is_it);
}

/// A row that says nothing of whoever has no credentials, nor does another one of it.
bool selects(const Target& target, const wire::FrontDoorRoute& row) {
  const auto& table = target.profile.front_door;
  const auto tells = [&](const wire::FrontDoorRoute& other) {
    return other.credentials != wire::Credentials::own && asks_alike(row, other);
  };
  return row.credentials == wire::Credentials::own && std::none_of(table.begin(), table.end(), tells) &&
         !is_asked_elsewhere(target, row);
}

std::set<std::string> members(const wire::Exchange& answer) {
  std::set<std::string> names;
  const auto body = wire::parse_json(answer.body);
  if (!body || !body->value.is_object()) { return names; }
  for (const auto& [name, value] : body->value.get_object()) { names.emplace(name); }
  return names;
}

/// A login page, or a 200 that says in its body that nothing is served, is none of it.
bool is_served_alike(const wire::Exchange& own, const wire::Exchange& anonymous) {
  const auto type = [](const wire::Exchange& answer) {
    return wire::media_type(answer.head.headers.get("Content-Type"));
  };
  if (!anonymous.ok() || type(own) != type(anonymous)) { return false; }
  return anonymous.is_event_stream() || members(own) == members(anonymous);
}

struct Asked {
  int rows = 0;
  std::optional<wire::Request> open;
};

std::optional<std::string> problem(Probe& probe, const wire::FrontDoorRoute& row, const wire::Exchange& own,
                                   Asked& asked) {
  auto bare = row;
  bare.credentials = wire::Credentials::none;
  const auto url = row_url(probe, row);
  if (!url) { return std::nullopt; }
  auto request = row_request(probe, bare, *url);
  const auto with = row_request(probe, row, *url);
  if (request.headers.fields().size() == with.headers.fields().size()) { return std::nullopt; }
  wire::HttpClient client = row_client(probe);
  auto stream = open_row(probe, client, bare, std::chrono::milliseconds(0));
  if (!stream) { return std::nullopt; }
  if (!stream->exchange().is_event_stream()) { stream->read_to_end(probe.answer_deadline()); }
  ++asked.rows;
  probe.note("< without credentials: " + describe(stream->exchange()));
  if (!is_served_alike(own, stream->exchange())) { return std::nullopt; }
  if (!asked.open) { asked.open = std::move(request); }
  return fmt::format("served without credentials as with them: {}", RowAnswer{row, stream->exchange()}.seen());
}

Finding run(Probe& probe) {
  Asked asked;
  const auto watch = [&](Probe&, const wire::FrontDoorRoute& row, wire::HttpStream& stream) {
    return stream.exchange().ok() ? problem(probe, row, stream.exchange(), asked) : std::nullopt;
  };
  auto finding = judge_rows(probe, {.selects = [&](const auto& row) { return selects(probe.target(), row); },
                                    .nothing = "each row says who it is for, or stands beside one that does",
                                    .problem = {},
                                    .watch = watch});
  if (finding.verdict == reports::Verdict::pass) {
    if (asked.rows == 0) { return not_applicable("no row is served to credentials of the profile"); }
    return pass(fmt::format("{} rows are not served without credentials", asked.rows));
  }
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  probe.pin_request(*asked.open);
  return fail(
             "rows that are served to who has credentials alone, or a row with `credentials: none` that says otherwise",
             std::move(finding.got))
      .at("front door",
          "Ask for credentials on these routes too, or say that they are public by a row with "
          "`credentials: none`.");
}

const Registration kCheck{{
    .id = "front-door.credentials.required",
    .title = "what the front door serves to the profile's credentials is not served without them",
    .level = Level::may,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
    .consequence = "A route on the list of public ones gives to anybody what was meant for who has a key.",
    .fix = "Take the route off the authorizer's list of public paths; where it is meant to be public, add a row with "
           "`credentials: none` and `status: 200` to the profile.",
    .faults = {"front-door.stream-open"},
    .fixture = "front-door",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_credentials_required
