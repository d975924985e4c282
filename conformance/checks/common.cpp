#include "conformance/checks/common.hpp"

#include <algorithm>
#include <iterator>

namespace weir::conformance {

std::optional<Finding> unless_result(const wire::mcp::Reply& reply, std::string expected) {
  if (reply.is_result()) {
    return std::nullopt;
  }
  return fail(std::move(expected), reply.describe());
}

std::optional<std::int64_t> error_code(const wire::mcp::Reply& reply) {
  return reply.is_error() ? reply.response->message.error.code : std::nullopt;
}

std::string_view harmless_method(const Probe& probe) { return probe.is(Era::stateless) ? "server/discover" : "ping"; }

std::vector<std::string> message_texts(const wire::Exchange& exchange) {
  std::vector<std::string> texts;
  if (exchange.is_event_stream()) {
    for (const auto& item : exchange.items) {
      if (const auto* event = std::get_if<wire::SseEvent>(&item);
          event && event->type == "message" && !event->data.empty()) {
        texts.push_back(event->data);
      }
    }
  } else if (!exchange.body.empty()) {
    texts.push_back(exchange.body);
  }
  return texts;
}

const jsonrpc::Message* RawAnswer::error() const {
  for (const auto& message : messages) {
    if (message.kind == jsonrpc::Kind::error) {
      return &message;
    }
  }
  return nullptr;
}

std::string RawAnswer::describe() const {
  std::string text = conformance::describe(http);
  if (const auto* found = error(); found && found->error.code) {
    text += fmt::format(", JSON-RPC error {}", *found->error.code);
  }
  return text;
}

wire::Result<RawAnswer> post_raw(Probe& probe, wire::mcp::Dialogue& dialogue, std::string body) {
  constexpr std::chrono::milliseconds kStreamPatience{300};
  auto exchange = probe.send(dialogue.make_post(std::move(body)));
  if (!exchange) {
    return tl::unexpected(exchange.error());
  }
  RawAnswer answer{.http = std::move(*exchange), .messages = {}};
  for (const auto& text : message_texts(answer.http)) {
    if (auto parsed = jsonrpc::parse(text)) {
      std::move(parsed->messages.begin(), parsed->messages.end(), std::back_inserter(answer.messages));
    }
  }
  if (dialogue.era() == Era::http_sse && answer.http.ok()) {
    for (auto& seen : dialogue.drain(probe.in(kStreamPatience))) {
      answer.messages.push_back(std::move(seen.message));
    }
  }
  return answer;
}

std::string describe(const wire::Exchange& exchange) {
  std::string text = fmt::format("HTTP {}", exchange.head.status);
  if (std::string type = wire::media_type(exchange.head.headers.get("content-type")); !type.empty()) {
    text += " " + type;
  }
  if (!exchange.body.empty()) {
    text += fmt::format(" '{}'", wire::excerpt(std::string_view(exchange.body), 80));
  }
  if (exchange.end == wire::EndClass::open) {
    text += ", still open";
  }
  return text;
}

bool refused(const wire::Exchange& exchange) { return exchange.head.status >= 400 && exchange.head.status < 500; }

wire::Request json_post(const Probe& probe, const wire::Url& url, std::string body) {
  wire::Request request = probe.request("POST", url);
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Accept", "application/json, text/event-stream");
  request.body = std::move(body);
  return request;
}

wire::Request stream_get(const Probe& probe, const wire::Url& url) {
  wire::Request request = probe.request("GET", url);
  request.headers.set("Accept", "text/event-stream");
  return request;
}

}  // namespace weir::conformance
