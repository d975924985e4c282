// Who knows the id of a session is its client: no answer may tell it to anybody else. All answers of the run are looked
// at, after some refusals of our own.
#include <algorithm>
#include <map>
#include <set>

#include "conformance/ask/passive.hpp"
#include "conformance/ask/session.hpp"

namespace weir::conformance::session_id_not_told {
namespace {

constexpr const char* kField = "Mcp-Session-Id";
constexpr std::size_t kTelling = 16;  ///< Shorter ids stand in bodies by chance.

/// The words of a text that an id may be; ids of other characters are looked for in the header field alone.
std::set<std::string_view> words_of(std::string_view text) {
  const auto in_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  std::set<std::string_view> words;
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = std::find_if(at, text.end(), in_word);
    at = std::find_if_not(begin, text.end(), in_word);
    if (static_cast<std::size_t>(at - begin) >= kTelling) { words.emplace(&*begin, at - begin); }
  }
  return words;
}

bool opens(const Seen& seen) {
  return seen.http.ok() && seen.http.request.body.find("\"initialize\"") != std::string::npos;
}

/// The ids that the server gave to one client each.
std::set<std::string, std::less<>> ids_given(const std::vector<SeenPtr>& all) {
  std::map<std::string, int> times;
  for (const auto& seen : all) {
    const auto id = seen->http.head.headers.find(kField);
    if (id && opens(*seen)) { ++times[std::string(*id)]; }
  }
  std::set<std::string, std::less<>> ids;
  for (const auto& [id, count] : times) {
    if (count == 1) { ids.insert(id); }
  }
  return ids;
}

/// The texts that an answer brings.
std::vector<std::string_view> texts_of(const wire::Exchange& http) {
  std::vector<std::string_view> texts{http.head.raw, http.body};
  for (const auto& item : http.items) {
    if (const auto* event = std::get_if<wire::SseEvent>(&item)) { texts.push_back(event->data); }
  }
  return texts;
}

bool knows(const wire::Request& request, std::string_view id) {
  return request.headers.get(kField) == id || request.body.find(id) != std::string::npos ||
         request.url.str().find(id) != std::string::npos;
}

/// The id of somebody else's session that this answer tells, and where; empty for none.
std::string told_by(const Seen& seen, const std::set<std::string, std::less<>>& ids) {
  const auto field = seen.http.head.headers.find(kField);
  const bool refuses = !seen.http.ok();
  // A session may be known by other means than this field where the request is served.
  const bool tells = refuses || seen.http.request.headers.has(kField);
  if (field && tells && ids.contains(*field) && !knows(seen.http.request, *field)) {
    return fmt::format("{} {}...", kField, wire::excerpt(*field, 8));
  }
  for (const std::string_view text : tells ? texts_of(seen.http) : std::vector<std::string_view>{}) {
    for (const std::string_view word : words_of(text)) {
      if (ids.contains(word) && !knows(seen.http.request, word)) {
        return fmt::format("{}... in its text", word.substr(0, kTelling / 2));
      }
    }
  }
  return {};
}

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  auto one = probe.dialogue();
  auto other = probe.dialogue();
  if (!one || !other) { return untestable("no two conversations: " + (one ? other : one).error().detail); }
  std::string made_up = one->session_id().value_or("");
  std::reverse(made_up.begin(), made_up.end());
  for (const std::optional<std::string>& id : {std::optional(made_up), std::optional<std::string>{}}) {
    if (auto answer = ask_as(probe, *one, id); !answer) {
      return probe.broken(answer.error(), "an answer to a request of no session");
    }
  }
  const auto all = probe.tap().seen(probe.era());
  const auto ids = ids_given(all);
  if (ids.size() < 2) { return untestable("no two sessions with ids of their own were opened"); }
  Places places;
  for (const auto& seen : probe.in_time(all)) {
    if (opens(*seen)) { continue; }
    places.looked();
    if (const std::string told = told_by(*seen, ids); !told.empty()) {
      places.broken(seen, fmt::format("HTTP {} tells {}", seen->http.head.status, told));
    }
  }
  return judged(probe, places, "answers without the id of a session that their request did not name", "answers",
                "none");
}

const Registration kCheck{{
    .id = "session.id.not-told",
    .title = "no answer tells the id of somebody else's session",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices"
              "#session-hijacking",
    .consequence = "Who sends a made-up id is handed a session that is in use, and goes on as its user.",
    .fix = "Take Mcp-Session-Id, and ids of sessions in messages, off refusals and whatever else is not sent to the "
           "session itself, and keep no \"current\" session for the whole process.",
    .faults = {"session.newest-id-told", "session.newest-id-in-refusals"},
    .turn = Turn::last,  // All answers of the run are looked at.
    .run = run,
}};
const NotByCommand kNoCommand{"session.id.not-told", "it tells of a session that somebody else has open"};

}  // namespace
}  // namespace weir::conformance::session_id_not_told
