#include <algorithm>

#include "conformance/ask/passive.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::streamable_client_response_taken {
namespace {

constexpr int kRefusals = 400;

/// Whether the server has asked for it, on whatever stream.
bool was_asked_for(const Traffic& traffic, const json::value& id) {
  return std::any_of(traffic.heard.begin(), traffic.heard.end(), [&](const Heard& heard) {
    return heard.message.kind == jsonrpc::Kind::request && heard.message.id == id;
  });
}

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const auto& sent : probe.in_time(traffic->sent)) {
    const bool answers = sent.messages.size() == 1 && sent.messages.front().is_reply() && sent.messages.front().id;
    if (!answers || !was_asked_for(*traffic, *sent.messages.front().id)) { continue; }
    const wire::Exchange& http = sent.in->http;
    const bool refused = http.head.status >= kRefusals && http.head.status != kTooManyRequests;
    if (http.head.status == kAccepted || refused) { places.looked(); }
    if (refused) {
      places.broken(sent.in, fmt::format("HTTP {} to {}", http.head.status,
                                         wire::excerpt(std::string_view(http.request.body), 80)));
    }
  }
  if (places.has_nothing()) { return not_applicable("the server asked nothing of its client"); }
  return judged(probe, places, "202 to the answers to what the server itself has asked", "answers of the client",
                "the server asked nothing of its client");
}

const Registration kCheck{{
    .id = "streamable.client-response.taken",
    .title = "the server takes the answers to what it has asked its client",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.accepted-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Clients that answer its ping are told that they are wrong, and end the session.",
    .fix = "Accept POSTs that hold a result or an error: match them to the session's pending request by an id of "
           "unchanged type, and answer 202, not 4xx.",
    .faults = {"streamable.client-response-refused"},
    .fixture = "profile",
    .green_may_be = "asked nothing of its client",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_client_response_taken
