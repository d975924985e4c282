#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "conformance/ask/front_door.hpp"
#include "conformance/probe/status.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::front_door_names_any_case {
namespace {

char capital(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

std::string in_lower(std::string_view name) { return wire::lower(name); }

std::string in_capitals(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), capital);
  return text;
}

/// "X-Api-Key".
std::string in_title(std::string_view name) {
  std::string text = wire::lower(name);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 0 || text[i - 1] == '-') { text[i] = capital(text[i]); }
  }
  return text;
}

/// "X-API-Key", as most documents write it.
std::string as_documented(std::string_view name) {
  std::string text = in_title(name);
  if (const auto at = text.find("Api"); at != std::string::npos) { text.replace(at, 3, "API"); }
  return text;
}

using Spell = std::string (*)(std::string_view);

wire::Request spelled(const wire::Request& plain, Spell spell) {
  wire::Request request = plain;
  request.headers = {};
  for (const auto& field : plain.headers.fields()) { request.headers.add(spell(field.name), field.value); }
  return request;
}

bool names_alike(const wire::Request& a, const wire::Request& b) {
  const auto& left = a.headers.fields();
  const auto& right = b.headers.fields();
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& x, const auto& y) { return x.name == y.name; });
}

/// A row that is served to the profile's credentials, at the origin that gets them.
bool is_for_owner(const Probe& probe, const wire::FrontDoorRoute& row) {
  const auto& statuses = row.expect.statuses;
  const bool served = statuses.empty() || std::all_of(statuses.begin(), statuses.end(),
                                                      [](int status) { return status >= 200 && status < kRedirects; });
  const auto url = row_url(probe, row);
  if (row.credentials != wire::Credentials::own || !served || !url) { return false; }
  auto bare = row;
  bare.credentials = wire::Credentials::none;
  return row_request(probe, row, *url).headers.fields().size() > row_request(probe, bare, *url).headers.fields().size();
}

/// Those that change nothing come first, and of those the ones that end.
std::vector<wire::FrontDoorRoute> rows_of_owner(const Probe& probe) {
  std::vector<wire::FrontDoorRoute> rows;
  const auto& table = probe.target().profile.front_door;
  for (const bool changes : {false, true}) {
    for (const bool streams : {false, true}) {
      std::copy_if(table.begin(), table.end(), std::back_inserter(rows), [&](const auto& row) {
        return (row.method != "GET") == changes && is_stream_row(row) == streams && is_for_owner(probe, row);
      });
    }
  }
  return rows;
}

bool is_refusal(int status) { return status == kUnauthorized || status == kForbidden; }

/// The head is enough, so that a row may be a stream.
wire::Result<wire::Exchange> ask(Probe& probe, wire::HttpClient& client, const wire::Request& request) {
  auto stream = client.open(request, probe.answer_deadline());
  if (!stream) {
    probe.note("! " + stream.error().detail);
    return tl::unexpected(stream.error());
  }
  if (!stream->exchange().is_event_stream()) { stream->read_to_end(probe.answer_deadline()); }
  probe.note("< " + describe(stream->exchange()));
  return stream->exchange();
}

bool is_served(const wire::Result<wire::Exchange>& answer) { return answer && answer->ok(); }

std::string names_of(const wire::Request& plain, const wire::Request& other) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < plain.headers.fields().size(); ++i) {
    const auto& field = plain.headers.fields()[i];
    if (wire::is_credential_name(field.name)) { names.push_back(other.headers.fields()[i].name); }
  }
  return names.empty() ? "the names" : fmt::format("{}", fmt::join(names, ", "));
}

/// The first spelling that is refused where the profile's is served, time and again.
std::optional<Finding> refused_spelling(Probe& probe, wire::HttpClient& client, const wire::FrontDoorRoute& row,
                                        const wire::Request& plain) {
  for (const auto& [spell, how] : {std::pair<Spell, const char*>{in_lower, "in lower case"},
                                   std::pair<Spell, const char*>{in_capitals, "in capitals"}}) {
    const auto request = spelled(plain, spell);
    if (names_alike(request, plain)) { continue; }
    const auto answer = ask(probe, client, request);
    if (is_served(answer)) { continue; }
    const bool throttled = answer && answer->head.status == kTooManyRequests;
    if (throttled || !is_served(ask(probe, client, plain)) || is_served(ask(probe, client, request))) {
      return untestable(fmt::format("{} is answered now this, now that: {}", row_name(row),
                                    answer ? describe(*answer) : answer.error().detail));
    }
    probe.pin_request(request);
    return fail(fmt::format("the same answer to {} with the names of its fields {}", row_name(row), how),
                fmt::format("{} with {}, 2xx with {}", answer ? describe(*answer) : answer.error().detail,
                            names_of(plain, request), names_of(plain, plain)));
  }
  return std::nullopt;
}

/// Before a key is blamed that is refused everywhere: whether it is taken under its name in another spelling.
Finding try_spellings(Probe& probe, wire::HttpClient& client, const wire::FrontDoorRoute& row,
                      const wire::Request& plain, int status) {
  for (const Spell spell : {Spell(in_lower), Spell(in_title), Spell(as_documented), Spell(in_capitals)}) {
    const auto request = spelled(plain, spell);
    if (names_alike(request, plain) || !is_served(ask(probe, client, request))) { continue; }
    probe.pin_request(plain);
    return fail(fmt::format("2xx to {}, however the names of its fields are spelled", row_name(row)),
                fmt::format("HTTP {} with {}, 2xx with {}", status, names_of(plain, plain), names_of(plain, request)));
  }
  return untestable("the profile's credentials are refused in every spelling: see front-door.route.status");
}

Finding run(Probe& probe) {
  const auto rows = rows_of_owner(probe);
  if (rows.empty()) { return not_applicable("no row of the front door is served to credentials of the profile"); }
  wire::HttpClient client = row_client(probe);
  std::optional<std::pair<wire::Request, int>> refused;
  bool all_refused = true;
  for (const auto& row : rows) {
    if (probe.out_of_time()) { return untestable("the run ended before the front door was asked"); }
    const auto plain = row_request(probe, row, *row_url(probe, row));
    const auto answer = ask(probe, client, plain);
    if (is_served(answer)) {
      auto finding = refused_spelling(probe, client, row, plain);
      return finding ? *std::move(finding) : pass(row_name(row) + " is served in lower case and in capitals");
    }
    all_refused = all_refused && answer && is_refusal(answer->head.status);
    if (all_refused && !refused) { refused = std::pair(plain, answer->head.status); }
  }
  if (!all_refused) { return untestable("no row is served to the profile's credentials: see front-door.route.status"); }
  return try_spellings(probe, client, rows.front(), refused->first, refused->second);
}

const Registration kCheck{{
    .id = "front-door.names.any-case",
    .title = "the front door reads the names of header fields in any case",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-5.1",
    .consequence = "HTTP/2 and many proxies send every name in lower case: the right key is then refused.",
    .fix = "Look headers up through the framework's own header object, or lower-case their names first where they come "
           "as a plain map, as in the events of a Lambda.",
    .faults = {"front-door.key-by-letter", "front-door.key-in-capitals"},
    .fixture = "front-door",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_names_any_case
