#include "conformance/ask/echo.hpp"

#include <algorithm>
#include <array>

#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kShortestText = 3;  ///< Shorter ones stand in any result by chance.

/// A URL, a path or an address: with more behind it, it names what is not there.
bool is_name_of_something(std::string_view text) { return text.find_first_of("/\\:@") != text.npos; }

/// Whether the schema lets the argument be any text.
bool is_any_text(const Survey& survey, std::string_view tool, std::string_view argument) {
  constexpr std::array<std::string_view, 5> kBounds = {"enum", "const", "pattern", "format", "maxLength"};
  constexpr std::int64_t kLong = 1000;
  for (const json::value& listed : survey.tools) {
    if (wire::string_or(listed, "name", "") != tool) { continue; }
    const json::value* schema = wire::find(listed, "inputSchema");
    const json::value* properties = schema ? wire::find(*schema, "properties") : nullptr;
    const json::value* property = properties ? wire::find(*properties, argument) : nullptr;
    if (!property) { return false; }
    return std::none_of(kBounds.begin(), kBounds.end(), [&](std::string_view bound) {
      const json::value* value = wire::find(*property, bound);
      const bool roomy = bound == "maxLength" && value && value->is_int64() && value->get_int64() >= kLong;
      return value && !roomy;
    });
  }
  return false;
}

void collect(const json::value& value, std::string& into) {
  if (const auto text = wire::as_string(&value)) {
    into += *text;
    into += '\n';
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) { collect(member.value(), into); }
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) { collect(item, into); }
  }
}

/// Beyond ASCII by escapes alone, as many a JSON library writes it.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    constexpr std::uint32_t kFirstBeyondAscii = 0x80, kFirstOfPairs = 0x10000;
    const wire::Utf8Step step = wire::decode_utf8(text.substr(i));
    const std::uint32_t code = step.code_point;
    if (code < kFirstBeyondAscii) {
      out += text[i];
    } else if (code < kFirstOfPairs) {
      out += fmt::format("\\u{:04x}", code);
    } else {
      const std::uint32_t rest = code - kFirstOfPairs;
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (rest >> 10U), 0xDC00U + (rest & 0x3FFU));
    }
    i += step.length;
  }
  return out;
}

std::optional<Echo> echo_of(const ToolCall& call, const wire::mcp::Reply& reply, const Survey& survey) {
  if (!reply.is_result() || is_tool_error(reply)) { return std::nullopt; }
  const std::string all = text_of_result(reply);
  for (const auto& [name, value] : call.arguments) {
    const auto text = wire::as_string(&value);
    if (!text || text->size() < kShortestText || is_name_of_something(*text)) { continue; }
    if (!is_any_text(survey, call.name, name)) { continue; }
    if (all.find(*text) != std::string::npos) { return Echo{call, std::string(name), std::string(*text)}; }
  }
  return std::nullopt;
}

}  // namespace

wire::Result<wire::mcp::Reply> Echo::ask(Probe& probe, std::string_view more) const {
  json::object arguments = call.arguments;
  arguments[argument] = text + std::string(more);
  return probe.call("tools/call", {{"name", call.name}, {"arguments", std::move(arguments)}});
}

std::optional<Echo> find_echo(Probe& probe) {
  const auto calls = safe_calls(probe);
  const auto replies = shared_replies(probe, calls);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (replies) {
      if (auto echo = echo_of(calls[i], (*replies)[i], probe.survey())) { return echo; }
      continue;
    }
    const auto reply = probe.call("tools/call", {{"name", calls[i].name}, {"arguments", calls[i].arguments}});
    if (!reply) { return std::nullopt; }
    if (auto echo = echo_of(calls[i], *reply, probe.survey())) { return echo; }
  }
  return std::nullopt;
}

std::string text_of_result(const wire::mcp::Reply& reply) {
  std::string all;
  for (const std::string_view part : {"content", "structuredContent"}) {
    if (const json::value* value = wire::find(reply.result(), part)) { collect(*value, all); }
  }
  return all;
}

bool holds_text(std::string_view all, const std::string& text) {
  if (all.find(text) != std::string_view::npos) { return true; }
  return wire::lower(all).find(wire::lower(escaped(text))) != std::string::npos;
}

}  // namespace weir::conformance
