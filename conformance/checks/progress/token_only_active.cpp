#include "conformance/ask/passive.hpp"

namespace weir::conformance {
namespace {

constexpr std::string_view kProgress = "notifications/progress";

/// Those that a request gave in `_meta`, where this message could tell of it.
std::vector<const json::value*> tokens_of(const Traffic& traffic, const Heard& heard) {
  std::vector<const json::value*> tokens;
  for (const auto& sent : traffic.sent) {
    const bool same = heard.post ? &sent == heard.post : sent.session == heard.session;
    for (const auto& message : sent.messages) {
      const json::value* token = wire::find_pointer(message.params, "/_meta/progressToken");
      if (same && token) { tokens.push_back(token); }
    }
  }
  return tokens;
}

Finding run(Probe& probe) {
  const Traffic traffic = traffic_by(probe);
  Places places;
  for (const auto& heard : traffic.heard) {
    const bool progress = heard.message.method == kProgress;
    if (heard.message.is_reply() || progress) { places.looked(); }
    if (!progress) { continue; }
    const json::value* token = wire::find(heard.message.params, "progressToken");
    const auto tokens = tokens_of(traffic, heard);
    const bool given =
        token && std::any_of(tokens.begin(), tokens.end(), [&](const json::value* other) { return *other == *token; });
    if (!given) {
      places.broken(heard.in, "progress for a token that nobody gave: " + wire::excerpt(heard.message.raw, 100));
    }
  }
  return judged(probe, places, "progress under tokens of requests alone", "messages", "the server sent no message");
}

const Registration kCheck{{
    .id = "progress.token.only-active",
    .title = "no progress comes for a token that no request gave",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"progress.only-active-tokens"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "Clients fail on a token that they never gave, or show progress of another call.",
    .faults = {"progress.unasked"},
    .fault_eras = {"http-sse", "streamable"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
