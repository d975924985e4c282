#include "conformance/ask/polled.hpp"

#include <algorithm>

#include "wire/mcp/polling.hpp"

namespace weir::conformance {

namespace {

/// What the events of a stream tell whoever has to come again.
struct Left {
  std::string id;  ///< The last one; empty where there is none.
  std::uint64_t retry_ms = wire::mcp::kDefaultRetry.count();
  bool data = false;
};

Left left_by(const wire::Exchange& http) {
  Left left;
  for (const wire::SseItem& item : http.items) {
    if (const auto* retry = std::get_if<wire::SseRetry>(&item)) {
      left.retry_ms = retry->milliseconds;
    } else if (const auto* event = std::get_if<wire::SseEvent>(&item)) {
      left.data = left.data || !event->data.empty();
      if (!event->last_event_id.empty()) { left.id = event->last_event_id; }
    }
  }
  return left;
}

std::chrono::milliseconds pause_of(const Left& left) {
  constexpr std::uint64_t kHourMs = 3'600'000;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(left.retry_ms, kHourMs)));
}

bool is_stream_in_order(const wire::Exchange& http) {
  const bool in_order = http.end == wire::EndClass::clean || http.end == wire::EndClass::close_delimited;
  return http.ok() && http.is_event_stream() && in_order;
}

bool is_replied(const wire::Exchange& http) {
  const auto texts = message_texts(http);
  return std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    const auto parsed = jsonrpc::parse(text);
    return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(),
                                 [](const jsonrpc::Message& message) { return message.is_reply(); });
  });
}

}  // namespace

std::optional<std::chrono::milliseconds> polled_after(const wire::Exchange& http) {
  if (!is_stream_in_order(http)) { return std::nullopt; }
  const Left left = left_by(http);
  return left.data || left.id.empty() ? std::nullopt : std::optional(pause_of(left));
}

bool is_to_be_fetched(const wire::HttpStream& call) {
  const wire::Exchange& http = call.exchange();
  return is_stream_in_order(http) && !left_by(http).id.empty() && !is_replied(http);
}

bool take_up(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& call) {
  if (!probe.is(Era::streamable) || probe.revision() < wire::mcp::k2025_11_25 || !is_to_be_fetched(call)) {
    return false;
  }
  const Left left = left_by(call.exchange());
  if (pause_of(left) > wire::mcp::kMostPause) { return false; }
  constexpr std::chrono::milliseconds kLeast{10};  // A server may ask for 0 ms, and is not to be flooded for that.
  probe.pause(std::max(pause_of(left), kLeast));
  auto rest = dialogue.open_get_stream([&](wire::Request& request) { request.headers.set("Last-Event-ID", left.id); });
  if (!rest || !rest->exchange().ok() || !rest->exchange().is_event_stream()) { return false; }
  call = *std::move(rest);
  return true;
}

}  // namespace weir::conformance
