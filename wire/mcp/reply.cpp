#include <fmt/format.h>

#include "wire/mcp/collector.hpp"
#include "wire/mcp/dialogue.hpp"

namespace weir::wire::mcp {
namespace {

std::string describe_http(const Exchange& http) {
  if (http.head.status == 0) { return "no HTTP response"; }
  std::string text = fmt::format("HTTP {}", http.head.status);
  if (http.head.headers.has("www-authenticate")) { text += " with WWW-Authenticate"; }
  return text;
}

std::string describe_error(const jsonrpc::Message& message) {
  if (!as_object(find(message.raw, "error"))) {
    return fmt::format("'{}', which is no JSON-RPC error", text_excerpt(json::serialize(message.raw), 80));
  }
  std::string text = "JSON-RPC error";
  std::vector<std::string_view> lacks;
  if (message.error.code) {
    text += fmt::format(" {}", *message.error.code);
  } else {
    lacks.emplace_back("an integer code");
  }
  if (!message.error.message.empty()) { text += fmt::format(" '{}'", text_excerpt(message.error.message)); }
  if (!message.id || message.id->is_null()) { lacks.emplace_back("an id"); }
  return lacks.empty() ? text : fmt::format("{} without {}", text, fmt::join(lacks, " or "));
}

std::string describe_body(const Exchange& http) {
  if (http.body.empty()) { return "no body"; }
  const std::string type = media_type(http.head.headers.get("content-type"));
  return fmt::format("a body of {} that is no answer", type.empty() ? "no media type" : type);
}

/// The id of a reply that answers something else.
std::optional<std::string> other_id(const Reply& reply) {
  for (const SeenMessage& seen : reply.messages) {
    if (seen.message.is_reply() && seen.message.id && !seen.message.id->is_null()) {
      return text_excerpt(json::serialize(*seen.message.id), 40);
    }
  }
  return std::nullopt;
}

/// Why there is no answer, as far as it can be seen from here.
std::string describe_silence(const Reply& reply) {
  if (reply.stream_end && body_answers(reply.http.body, reply.id)) {
    return "the answer came in the POST's body instead of the stream";
  }
  if (const auto id = other_id(reply)) {
    return fmt::format("an answer to id {} instead of {}", *id, json::serialize(reply.id));
  }
  if (!reply.undecodable.empty() && reply.http.head.status < 400) {
    return fmt::format("no answer, but '{}'", text_excerpt(reply.undecodable.front(), 80));
  }
  const EndClass end = reply.stream_end.value_or(reply.http.end);
  const bool over = end != EndClass::open && end != EndClass::closed_by_us;
  if (over && (reply.stream_end || reply.http.is_event_stream())) {
    return fmt::format("no answer before the {} stream ended ({})", reply.stream_end ? "held" : "event",
                       to_string(end));
  }
  if (reply.http.head.status >= 400 || over) { return describe_body(reply.http); }
  return fmt::format("no answer within {:.3g} s", std::chrono::duration<double>(reply.waited).count());
}

}  // namespace

const json::value& Reply::result() const {
  static const json::value kNull;
  return is_result() ? response->message.result : kNull;
}

const jsonrpc::Message* Reply::error_message() const {
  if (response) { return is_error() ? &response->message : nullptr; }
  for (const SeenMessage& seen : messages) {
    if (seen.message.kind == jsonrpc::Kind::error && (!seen.message.id || seen.message.id->is_null())) {
      return &seen.message;
    }
  }
  return nullptr;
}

std::string Reply::describe() const {
  std::string text = describe_http(http);
  if (is_result()) { return text + ", a result"; }
  if (const jsonrpc::Message* error = error_message()) { return text + ", " + describe_error(*error); }
  return answer_due ? text + ", " + describe_silence(*this) : text;
}

}  // namespace weir::wire::mcp
