// What the ledger says of requests and of the end of a target, in words.
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "conformance/probe/ledger.hpp"
#include "wire/base/text.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/mcp/era.hpp"

namespace weir::conformance {

namespace {

std::string asked_in_words(const wire::Request& request) {
  if (request.body.empty()) { return fmt::format("{} {}", request.method, request.url.path); }
  const auto parsed = wire::jsonrpc::parse(request.body);
  if (!parsed || parsed->messages.empty()) {
    return fmt::format("{} {}", request.method, wire::excerpt(std::string_view(request.body), 60));
  }
  if (request.body.front() == '[') { return fmt::format("{} a batch of {}", request.method, parsed->messages.size()); }
  const auto& message = parsed->messages.front();
  return fmt::format("{} {}", request.method,
                     message.method.empty() ? wire::excerpt(std::string_view(request.body), 60)
                                            : wire::excerpt(std::string_view(message.method), 60));
}

}  // namespace

std::string unusual_fields(const wire::Request& request) {
  std::vector<std::string> unusual;
  for (const wire::Header& field : request.headers.fields()) {
    const std::string name = wire::lower(field.name);
    const std::string_view value = field.value;
    const bool is_other =
        name == "host" || name == "expect" || name == "last-event-id" || name.starts_with("x-forwarded-") ||
        (name == "origin" && value != request.url.origin()) ||
        (name == "accept" && value != "application/json, text/event-stream" && value != "text/event-stream") ||
        (name == "content-type" && value != "application/json") ||
        (name == "mcp-protocol-version" && !wire::mcp::is_known_revision(value));
    if (is_other) { unusual.push_back(fmt::format("'{}: {}'", field.name, wire::excerpt(value, 60))); }
  }
  return unusual.empty() ? std::string() : fmt::format(" with {}", fmt::join(unusual, " and "));
}

std::string in_words(const Collapse& collapse) {
  if (collapse.first_alone) {
    return fmt::format("the target answered the first request of the run, and none since: it {}", collapse.since);
  }
  if (!collapse.refusal.empty()) { return "the target lets no new client in any more: " + collapse.refusal; }
  return fmt::format("the target stopped answering after {}: it {}", collapse.after, collapse.since);
}

std::string in_words(const wire::Request& request) { return asked_in_words(request) + unusual_fields(request); }

bool says_too_often(const wire::Exchange& exchange) {
  constexpr std::array<std::string_view, 4> kWords = {"rate limit", "ratelimit", "too many requests", "rate_limit"};
  constexpr std::size_t kMostBytes = 16 * 1024;  // Errors are short.
  if (exchange.body.size() > kMostBytes || exchange.body.find("\"error\"") == std::string::npos) { return false; }
  const auto says = [&](std::string_view text) {
    const auto parsed = wire::jsonrpc::parse(text);
    return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(), [&](const auto& message) {
             const auto words = wire::as_string(wire::find_pointer(message.raw, "/error/message"));
             const std::string lower = wire::lower(words.value_or(""));
             return std::any_of(kWords.begin(), kWords.end(),
                                [&](auto word) { return lower.find(word) != std::string::npos; });
           });
  };
  if (exchange.is_json()) { return says(exchange.body); }
  return std::any_of(exchange.items.begin(), exchange.items.end(), [&](const wire::SseItem& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return event && says(event->data);
  });
}

}  // namespace weir::conformance
