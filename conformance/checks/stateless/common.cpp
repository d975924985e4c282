#include "conformance/checks/stateless/common.hpp"

#include <algorithm>

#include "conformance/checks/tools/common.hpp"
#include "wire/mcp/header_value.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {

wire::Request modern_request(const Probe& probe, std::string_view method, json::object params,
                             std::string_view revision) {
  const std::string_view spoken = revision.empty() ? wire::mcp::k2026_07_28 : revision;
  const json::value whole = wire::mcp::stateless_params(std::move(params), spoken, {});
  wire::Request request = json_post(probe, probe.url(), jsonrpc::request("weir-modern", method, whole));
  wire::mcp::add_stateless_headers(request, spoken);
  return request;
}

void edit_body(wire::Request& request, const std::function<void(json::object&)>& edit) {
  auto text = wire::parse_json(request.body);
  if (text && text->value.is_object()) {
    edit(text->value.get_object());
    request.body = json::serialize(text->value);
  }
}

std::optional<wire::Request> named_request(const Probe& probe) {
  const Survey& survey = probe.survey();
  if (!survey.resources.empty()) {
    return modern_request(probe, "resources/read", {{"uri", wire::string_or(survey.resources.front(), "uri", "")}});
  }
  for (const json::value& prompt : survey.prompts) {
    const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
    if (!arguments || arguments->empty()) {
      return modern_request(probe, "prompts/get", {{"name", wire::string_or(prompt, "name", "")}});
    }
  }
  const auto calls = safe_calls(probe);
  if (calls.empty()) {
    return std::nullopt;
  }
  return modern_request(probe, "tools/call", {{"name", calls.front().name}, {"arguments", calls.front().arguments}});
}

std::string base64_form(std::string_view value) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "=?base64?";
  for (std::size_t i = 0; i < value.size(); i += 3) {
    std::uint32_t bits = 0;
    const std::size_t taken = std::min<std::size_t>(3, value.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      bits = (bits << 8) | (k < taken ? static_cast<unsigned char>(value[i + k]) : 0);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= taken ? kAlphabet[(bits >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return out + "?=";
}

std::optional<jsonrpc::Message> body_error(const wire::Exchange& exchange) {
  for (const auto& text : message_texts(exchange)) {
    auto parsed = jsonrpc::parse(text);
    for (auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (message.kind == jsonrpc::Kind::error) {
        return message;
      }
    }
  }
  return std::nullopt;
}

std::string describe_error(const wire::Exchange& exchange) {
  const auto error = body_error(exchange);
  if (!error || !error->error.code) {
    return describe(exchange);
  }
  return fmt::format("HTTP {}, JSON-RPC error {} '{}'", exchange.head.status, *error->error.code,
                     wire::excerpt(std::string_view(error->error.message), 80));
}

std::vector<std::string> listing_methods(const Survey& survey) {
  std::vector<std::string> methods{"server/discover"};
  for (const std::string_view capability : {"tools", "prompts", "resources"}) {
    if (survey.declares(capability)) {
      methods.push_back(fmt::format("{}/list", capability));
    }
  }
  if (survey.declares("resources")) {
    methods.emplace_back("resources/templates/list");
  }
  return methods;
}

}  // namespace weir::conformance
