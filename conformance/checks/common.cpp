#include "conformance/checks/common.hpp"

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
