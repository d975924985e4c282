#include "wire/json/jsonrpc.hpp"

#include <cmath>

#include "wire/base/limits.hpp"

namespace weir::wire::jsonrpc {
namespace {

constexpr std::size_t kShown = 40;  // Bytes of an offending value in a violation.

bool is_whole_number(const json::value& value) { return value.is_number() && kind_name(value) == "integer"; }

void check_version(const json::object& object, std::vector<std::string>& violations) {
  const json::value* version = object.if_contains("jsonrpc");
  if (version == nullptr) {
    violations.emplace_back("`jsonrpc` is missing, it must be \"2.0\"");
  } else if (as_string(version) != "2.0") {
    violations.push_back(fmt::format("`jsonrpc` is {}, it must be \"2.0\"", excerpt(*version, kShown)));
  }
}

/// An error may have a null id, or none, where the id of its request could not be read.
void check_id(Message& message) {
  if (message.kind == Kind::notification) {
    if (message.id) { message.violations.emplace_back("a notification must not have an `id`"); }
    return;
  }
  if (!message.id) {
    if (message.kind == Kind::response) {
      message.violations.emplace_back("a response must have the `id` of its request");
    }
    return;
  }
  const json::value& id = *message.id;
  if (id.is_string() || is_whole_number(id) || (id.is_null() && message.kind == Kind::error)) { return; }
  message.violations.push_back(id.is_number() ? fmt::format("`id` is {}, a number with a fraction", excerpt(id, kShown))
                                              : fmt::format("`id` is {} ({}), it must be a string or an integer",
                                                            excerpt(id, kShown), kind_name(id)));
}

void read_method(Message& message, const json::value& method, const json::object& object) {
  if (const std::optional<std::string_view> name = as_string(&method)) {
    message.method = *name;
  } else {
    message.violations.push_back(fmt::format("`method` is of kind {}, it must be a string", kind_name(method)));
  }
  // The prefix says what was meant by a server that writes every member that its type has: {"id":null, ...}.
  const bool notifies = !message.id || message.method.starts_with("notifications/");
  message.kind = notifies ? Kind::notification : Kind::request;

  if (const json::value* params = object.if_contains("params")) {
    message.params = *params;
    if (!params->is_object()) {
      message.violations.push_back(fmt::format("`params` is of kind {}, it must be an object", kind_name(*params)));
    }
  }
  for (const std::string_view member : {"result", "error"}) {
    if (object.contains(member)) {
      message.violations.push_back(fmt::format("a {} must not have `{}`", to_string(message.kind), member));
    }
  }
}

void read_error(Message& message, const json::value& error) {
  if (!error.is_object()) {
    message.violations.push_back(fmt::format("`error` is of kind {}, it must be an object", kind_name(error)));
    return;
  }
  const json::value* code = find(error, "code");
  message.error.code = as_integer(code);
  if (code == nullptr) {
    message.violations.emplace_back("`error.code` is missing");
  } else if (!is_whole_number(*code)) {
    message.violations.push_back(fmt::format("`error.code` is {}, it must be an integer", excerpt(*code, kShown)));
  }
  const json::value* text = find(error, "message");
  message.error.message = as_string(text).value_or("");
  if (text == nullptr) {
    message.violations.emplace_back("`error.message` is missing");
  } else if (!text->is_string()) {
    message.violations.push_back(fmt::format("`error.message` is of kind {}, it must be a string", kind_name(*text)));
  }
  if (const json::value* data = find(error, "data")) { message.error.data = *data; }
}

void read_result(Message& message, const json::value& result) {
  message.result = result;
  if (!result.is_object()) {
    message.violations.push_back(fmt::format("`result` is of kind {}, it must be an object", kind_name(result)));
  }
}

/// Of two members the one that is not null decides, for servers that write every member that their type has.
void read_reply(Message& message, const json::value* result, const json::value* error) {
  if (result != nullptr && error != nullptr) {
    message.violations.emplace_back("a response must not have both `result` and `error`");
    (error->is_null() ? error : result) = nullptr;
  }
  message.kind = error != nullptr ? Kind::error : Kind::response;
  if (error != nullptr) {
    read_error(message, *error);
  } else {
    read_result(message, *result);
  }
}

json::object envelope(const json::value* id) {
  json::object object{{"jsonrpc", "2.0"}};
  if (id != nullptr) { object.emplace("id", *id); }
  return object;
}

std::string call(json::object object, std::string_view method, const json::value& params) {
  object.emplace("method", json::string_view(method));
  if (!params.is_null()) { object.emplace("params", params); }
  return json::serialize(object);
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::request:
      return "request";
    case Kind::notification:
      return "notification";
    case Kind::response:
      return "response";
    case Kind::error:
      return "error";
    case Kind::invalid:
      break;
  }
  return "invalid";
}

bool Message::answers(const json::value& request_id) const {
  if (!id || !is_reply()) { return false; }
  const bool same_kind = id->kind() == request_id.kind();
  const bool both_integers = id->is_number() && request_id.is_number() && !id->is_double() && !request_id.is_double();
  return (same_kind || both_integers) && json_equal(*id, request_id);
}

Message classify(const json::value& value) {
  Message message;
  message.raw = value;
  const json::object* object = value.if_object();
  if (object == nullptr) {
    message.violations.push_back(fmt::format("a message must be an object, this is of kind {}", kind_name(value)));
    return message;
  }
  check_version(*object, message.violations);
  if (const json::value* id = object->if_contains("id")) { message.id = *id; }
  const json::value* method = object->if_contains("method");
  const json::value* result = object->if_contains("result");
  const json::value* error = object->if_contains("error");
  const bool filled = (result != nullptr && !result->is_null()) || (error != nullptr && !error->is_null());
  // What has an outcome and an id answers something, whatever else stands in it.
  const bool replies = filled && (method == nullptr || method->is_null() || (message.id && !message.id->is_null()));
  if (method != nullptr && !replies) {
    read_method(message, *method, *object);
  } else if (result != nullptr || error != nullptr) {
    if (method != nullptr) { message.violations.emplace_back("a response must not have `method`"); }
    read_reply(message, result, error);
  } else {
    message.violations.emplace_back("a message must have one of `method`, `result` and `error`");
    return message;
  }
  check_id(message);
  return message;
}

Result<Parsed> parse(std::string_view text) {
  Result<JsonText> json_text = parse_json(text);
  if (!json_text) { return tl::unexpected<Error>(std::move(json_text.error())); }
  Parsed parsed;
  parsed.duplicate_keys = std::move(json_text->duplicate_keys);
  const json::array* batch = json_text->value.if_array();
  if (batch == nullptr) {
    parsed.messages.push_back(classify(json_text->value));
    return parsed;
  }
  parsed.batch = true;
  if (batch->size() > limits::kJsonBatch) {
    return fail(ErrorCode::limit_exceeded, fmt::format("the batch has {} messages, more than the {} that are read",
                                                       batch->size(), limits::kJsonBatch));
  }
  for (const json::value& element : *batch) { parsed.messages.push_back(classify(element)); }
  return parsed;
}

std::string request(const json::value& id, std::string_view method, const json::value& params) {
  return call(envelope(&id), method, params);
}

std::string notification(std::string_view method, const json::value& params) {
  return call(envelope(nullptr), method, params);
}

std::string response(const json::value& id, const json::value& result) {
  json::object object = envelope(&id);
  object.emplace("result", result);
  return json::serialize(object);
}

std::string error(const json::value& id, int code, std::string_view message, const json::value& data) {
  json::object object = envelope(&id);
  json::object& details = object.emplace("error", json::object()).first->value().get_object();
  details.emplace("code", code);
  details.emplace("message", json::string_view(message));
  if (!data.is_null()) { details.emplace("data", data); }
  return json::serialize(object);
}

}  // namespace weir::wire::jsonrpc
