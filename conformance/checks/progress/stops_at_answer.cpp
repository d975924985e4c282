#include <set>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::progress_stops_at_answer {
namespace {

/// The tokens that the requests on this stream gave, by the id of the request; without those that two of them gave.
std::map<std::string, json::value> tokens_of(const Traffic& traffic, const Heard& on) {
  std::map<std::string, json::value> tokens;
  const auto take = [&](const Sent& sent) {
    for (const auto& message : sent.messages) {
      const json::value* token = wire::find_pointer(message.params, "/_meta/progressToken");
      if (message.id && token) { tokens[json::serialize(*message.id)] = *token; }
    }
  };
  if (on.post) { take(*on.post); }
  for (const auto& sent : traffic.sent) {
    if (!on.session.empty() && sent.session == on.session) { take(sent); }
  }
  std::map<std::string, int> times;
  for (const auto& [id, token] : tokens) { ++times[json::serialize(token)]; }
  std::erase_if(tokens, [&](const auto& one) { return times[json::serialize(one.second)] > 1; });
  return tokens;
}

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  if (probe.is(Era::http_sse) && mixes_streams(*traffic)) { return untestable(kStreamsMixed); }
  Places places;
  const Seen* stream = nullptr;
  std::map<std::string, json::value> tokens;
  std::set<std::string> over;  // Tokens whose request has been answered on this stream.
  for (const auto& heard : probe.in_time(traffic->heard)) {
    if (heard.in.get() != stream) {
      stream = heard.in.get();
      tokens = tokens_of(*traffic, heard);
      over.clear();
    }
    if (heard.message.is_reply() && heard.message.id) {
      const auto token = tokens.find(json::serialize(*heard.message.id));
      if (token == tokens.end()) { continue; }
      places.looked();
      over.insert(json::serialize(token->second));
    }
    const json::value* token = wire::find(heard.message.params, "progressToken");
    if (heard.message.method == "notifications/progress" && token && over.contains(json::serialize(*token))) {
      places.broken(heard.in, "progress after the answer: " + wire::excerpt(heard.message.raw, 100));
    }
  }
  return judged(probe, places, "no progress of a request that has been answered", "answers to requests with a token",
                "no request that gave a progress token was answered");
}

const Registration kCheck{{
    .id = "progress.stops.at-answer",
    .title = "the progress of a request ends with its answer",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"progress.stops-at-completion"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "Clients have forgotten the token by then: they fail on it, or show a call that is over.",
    .fix =
        "Await or cancel whatever reports progress, throttled notifications included, before the response is written.",
    .faults = {"progress.after-answer"},
    .fixture = "profile",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::progress_stops_at_answer
