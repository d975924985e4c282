#include "conformance/tap/enveloped.hpp"

#include <algorithm>

#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {

namespace {

bool has_enveloped(std::string_view text) {
  if (text.find("\"result\"") == std::string_view::npos) { return false; }
  const auto parsed = wire::jsonrpc::parse(text);
  return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(),
                               [](const auto& message) { return is_enveloped(message.raw); });
}

}  // namespace

bool is_enveloped(const json::value& message) {
  const json::value* result = wire::find(message, "result");
  return result && wire::as_string(wire::find(*result, "jsonrpc")) == "2.0" && wire::find(*result, "id") &&
         (wire::find(*result, "error") || wire::find(*result, "result"));
}

bool brings_enveloped(const Seen& seen) {
  if (seen.http.is_json()) { return has_enveloped(seen.http.body); }
  return std::any_of(seen.http.items.begin(), seen.http.items.end(), [](const wire::SseItem& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return event && has_enveloped(event->data);
  });
}

}  // namespace weir::conformance
