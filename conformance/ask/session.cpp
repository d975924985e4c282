#include "conformance/ask/session.hpp"

#include <algorithm>

namespace weir::conformance {

wire::Result<wire::Exchange> ask_as(Probe& probe, const wire::mcp::Dialogue& dialogue, std::optional<std::string> id) {
  wire::Request request = dialogue.make_post(jsonrpc::request("weir-session", harmless_method(probe)));
  if (id) {
    request.headers.set("Mcp-Session-Id", *id);
  } else {
    request.headers.remove("Mcp-Session-Id");
  }
  return probe.send(request);
}

bool is_served(const wire::Exchange& exchange) {
  const auto texts = message_texts(exchange);
  return exchange.ok() && std::none_of(texts.begin(), texts.end(), [](const std::string& text) {
           const auto parsed = jsonrpc::parse(text);
           return parsed && !parsed->messages.empty() && parsed->messages.front().kind == jsonrpc::Kind::error;
         });
}

std::optional<Finding> unless_required(Probe& probe, const wire::mcp::Dialogue& dialogue) {
  auto answer = ask_as(probe, dialogue, std::nullopt);
  if (answer && is_served(*answer)) { return not_applicable("the server issues session ids, but requires none"); }
  return std::nullopt;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t shortest = std::min(a.size(), b.size());
  return std::mismatch(a.begin(), a.begin() + shortest, b.begin()).first - a.begin();
}

}  // namespace weir::conformance
