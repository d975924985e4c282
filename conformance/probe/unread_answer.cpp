#include "conformance/probe/unread_answer.hpp"

#include <fmt/format.h>

#include "wire/base/base64.hpp"
#include "wire/base/text.hpp"
#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kQuoted = 60;

bool looks_like_an_answer(std::string_view text) {
  return text.find("\"jsonrpc\"") != std::string_view::npos && text.find("\"result\"") != std::string_view::npos;
}

/// What keeps a client from taking this text for the answer; nullopt where it holds none.
std::optional<Unread> unread_message(std::string_view text, const wire::json::value& id) {
  const auto parsed = wire::jsonrpc::parse(text);
  if (!parsed || parsed->messages.size() != 1) { return std::nullopt; }
  const auto& message = parsed->messages.front();
  const auto* version = wire::find(message.result, "protocolVersion");
  if (message.answers(id) && version && !version->is_string()) {
    return Unread{fmt::format("its protocolVersion is {}, and no string", wire::excerpt(*version, kQuoted)),
                  "Name the revision as a string: \"2025-11-25\"."};
  }
  if (message.answers(id) && message.result.is_object() && !version) {
    return Unread{"its result names no protocolVersion",
                  "Answer initialize with protocolVersion, capabilities and serverInfo."};
  }
  if (!message.is_reply() || !wire::find(message.raw, "result") || message.answers(id)) { return std::nullopt; }
  return Unread{message.id ? fmt::format("it has the id {} where the request has {}",
                                         wire::excerpt(*message.id, kQuoted), wire::json::serialize(id))
                           : "it has no id",
                "Give the id of the request back as it came, of the same JSON type: clients find their request by it."};
}

std::optional<Unread> unread_body(const wire::Exchange& exchange, const wire::json::value& id) {
  const auto parsed = wire::parse_json(exchange.body);
  if (exchange.is_json() && !parsed) {
    return Unread{fmt::format("its body is no JSON: {}", parsed.error().detail),
                  "Send the JSON alone: no byte order mark before it, and nothing behind it."};
  }
  if (exchange.is_json() || !parsed) { return unread_message(exchange.body, id); }
  const auto type = exchange.head.headers.get("content-type");
  return Unread{
      type.empty() ? "it has no Content-Type" : fmt::format("its Content-Type is '{}'", wire::excerpt(type, kQuoted)),
      "Send Content-Type: application/json with a JSON answer."};
}

/// A text, anywhere in this JSON, that is the answer itself; empty where there is none.
std::string wrapper_of(const wire::json::value& value) {
  if (const auto text = wire::as_string(&value)) { return looks_like_an_answer(*text) ? "the JSON text" : ""; }
  if (!value.is_object()) { return {}; }
  for (const auto& member : value.get_object()) {
    const auto text = wire::as_string(&member.value());
    if (text && looks_like_an_answer(*text)) { return fmt::format("its member '{}'", std::string_view(member.key())); }
  }
  return {};
}

/// The answer is there, inside of something that a hop made of it.
std::optional<Unread> unread_wrapping(std::string_view body) {
  if (const auto parsed = wire::parse_json(body)) {
    const auto where = wrapper_of(parsed->value);
    if (where.empty()) { return std::nullopt; }
    return Unread{"it stands as a text inside of other JSON, in " + where,
                  "Let the proxy pass body and Content-Type on as they came: it reads the answer, an event stream "
                  "mostly, and writes JSON of its own around it."};
  }
  const auto decoded = wire::decode_base64(body);
  if (!decoded || !looks_like_an_answer(*decoded)) { return std::nullopt; }
  return Unread{"its body is the Base64 of the answer",
                "Let the function say isBase64Encoded: true with such a body, or hand the JSON over as it is."};
}

Unread unread_event(const wire::SseEvent& event, bool has_other_lines) {
  if (!wire::parse_json(event.data) && has_other_lines) {
    return {fmt::format("its JSON is spread over lines, of which the first alone is behind `data:`: '{}'",
                        wire::excerpt(std::string_view(event.data), kQuoted)),
            "Write the JSON on one line behind `data: `, or each of its lines behind a `data: ` of its own."};
  }
  if (wire::parse_json(event.data)) {
    return {fmt::format("its event has the type '{}', and clients listen to 'message'",
                        wire::excerpt(std::string_view(event.type), kQuoted)),
            "Send JSON-RPC messages as `event: message`, or without an `event` field."};
  }
  return {fmt::format("the data of its event is no JSON: '{}'", wire::excerpt(std::string_view(event.data), kQuoted)),
          "Write the JSON on one line behind `data: `, or each of its lines behind a `data: ` of its own."};
}

}  // namespace

bool is_cut_short(const wire::Exchange& exchange) {
  using wire::EndClass;
  const auto end = exchange.end;
  const bool cut = end == EndClass::fin_without_terminator || end == EndClass::fin_mid_chunk || end == EndClass::reset;
  return exchange.ok() && exchange.body.empty() && cut;
}

std::optional<Unread> unread_answer(const wire::Exchange& exchange) {
  if (!exchange.ok()) { return std::nullopt; }
  if (!looks_like_an_answer(exchange.body)) { return unread_wrapping(exchange.body); }
  const auto asked = wire::jsonrpc::parse(exchange.request.body);
  if (!asked || asked->messages.size() != 1 || !asked->messages.front().id) { return std::nullopt; }
  const auto& id = *asked->messages.front().id;
  if (!exchange.is_event_stream()) { return unread_body(exchange, id); }
  const wire::SseEvent* first = nullptr;
  bool has_other_lines = false;
  for (const auto& item : exchange.items) {
    const auto* oddity = std::get_if<wire::SseOddity>(&item);
    has_other_lines = has_other_lines || (oddity && oddity->kind == wire::SseOddityKind::unknown_field);
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (!event || event->data.empty()) { continue; }
    if (event->type == "message") {
      if (auto unread = unread_message(event->data, id)) { return unread; }
      if (wire::parse_json(event->data)) { return std::nullopt; }
    }
    first = first ? first : event;
  }
  if (first) { return unread_event(*first, has_other_lines); }
  if (wire::parse_json(exchange.body)) {
    return Unread{"it stands in an event stream as bare JSON, and not behind `data:`",
                  "Send JSON as Content-Type: application/json, or as an event: `data: ` before it, an empty line "
                  "behind it."};
  }
  return Unread{"its event is never ended by an empty line", "End each event with an empty line: `\\n\\n`."};
}

bool is_foreign_json(const wire::Exchange& exchange) {
  const auto parsed = wire::jsonrpc::parse(exchange.body);
  const bool is_message =
      parsed && !parsed->messages.empty() && parsed->messages.front().kind != wire::jsonrpc::Kind::invalid;
  return exchange.is_json() && !is_message;
}

}  // namespace weir::conformance
