#include "loadgen/client/server_messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "loadgen/limits.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::loadgen {
namespace {

constexpr std::size_t kRevisionBytes = 64;

bool is_visible_ascii(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_request_id(std::string_view raw) {
  return !raw.empty() && raw.size() <= limits::kRequestIdBytes &&
         (raw.front() == '"' || raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9'));
}

bool is_answer(const wire::RpcGlance& glance, std::uint64_t id) {
  return (glance.kind == wire::RpcGlance::Kind::result || glance.kind == wire::RpcGlance::Kind::error) &&
         numeric_id(glance.id) == id;
}

std::optional<std::string> answer_in(std::string_view text, std::uint64_t id) {
  const wire::RpcGlance glance = wire::glance(text);
  if (glance.kind == wire::RpcGlance::Kind::batch) {
    for (std::string& message : split_batch(text)) {
      if (is_answer(wire::glance(message), id)) { return std::move(message); }
    }
  }
  return is_answer(glance, id) ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace

std::string answer_to_server(std::string_view message, const wire::RpcGlance& glance) {
  if (!is_request_id(glance.id)) { return {}; }
  if (glance.method == "ping") {  // What nearly every request is, without building its JSON.
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{}}}})", glance.id);
  }
  const auto parsed = wire::jsonrpc::parse(message);
  if (!parsed || parsed->messages.size() != 1 || !parsed->messages.front().id) { return {}; }
  return wire::mcp::answer_to(parsed->messages.front(), {});
}

std::vector<std::string> split_batch(std::string_view message) {
  std::vector<std::string> texts;
  const auto parsed = wire::jsonrpc::parse(message);
  if (!parsed || !parsed->batch) { return texts; }
  for (const auto& element : parsed->messages) { texts.push_back(wire::json::serialize(element.raw)); }
  return texts;
}

std::optional<std::uint64_t> numeric_id(std::string_view raw) {
  std::uint64_t id = 0;
  const auto parsed = std::from_chars(raw.begin(), raw.end(), id);
  return parsed.ec == std::errc() && parsed.ptr == raw.end() ? std::optional(id) : std::nullopt;
}

wire::Result<std::string> read_initialize_answer(std::string_view message) {
  const auto parsed = wire::parse_json(message);
  if (!parsed) { return tl::unexpected(parsed.error()); }
  if (const auto* error = wire::find(parsed->value, "error")) {
    return wire::fail(wire::ErrorCode::rejected,
                      fmt::format("initialize was refused: JSON-RPC error {}", wire::excerpt(*error, 120)));
  }
  const auto version = wire::as_string(wire::find_pointer(parsed->value, "/result/protocolVersion"));
  if (!version || version->size() > kRevisionBytes || !is_visible_ascii(*version)) {
    return wire::fail(wire::ErrorCode::malformed_message, "the result of initialize has no usable protocolVersion");
  }
  return std::string(*version);
}

std::optional<std::string> find_answer(const wire::Exchange& http, std::uint64_t id) {
  if (http.items.empty()) { return answer_in(http.body, id); }
  for (const wire::SseItem& item : http.items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (event == nullptr) { continue; }
    if (auto answer = answer_in(event->data, id)) { return answer; }
  }
  return std::nullopt;
}

bool is_session_id(std::string_view text) { return text.size() <= limits::kSessionIdBytes && is_visible_ascii(text); }

}  // namespace weir::loadgen
