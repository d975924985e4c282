#include "wire/mcp/collector.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::wire::mcp {
namespace {

void add_awaited(const json::value& message, Awaited& awaited) {
  const json::value* method = find(message, "method");
  const json::value* id = find(message, "id");
  if (method != nullptr) {
    if (id == nullptr) { return; }
    if (!id->is_null()) {
      awaited.ids.push_back(*id);
      return;
    }
  } else if (find(message, "result") != nullptr || find(message, "error") != nullptr) {
    return;
  }
  awaited.anything = true;
}

bool is_idless_error(const jsonrpc::Message& message) {
  return message.kind == jsonrpc::Kind::error && (!message.id || message.id->is_null());
}

}  // namespace

Awaited awaited_by(std::string_view body) {
  Awaited awaited;
  const auto parsed = parse_json(body);
  if (!parsed) {
    awaited.anything = true;
    return awaited;
  }
  const json::array* batch = as_array(&parsed->value);
  if (batch == nullptr) {
    add_awaited(parsed->value, awaited);
    return awaited;
  }
  awaited.anything = batch->empty();
  for (const json::value& message : *batch) { add_awaited(message, awaited); }
  return awaited;
}

Collector::Collector(Reply& reply, Awaited awaited)
    : reply_(reply), awaited_(std::move(awaited)), came_(awaited_.ids.size(), false) {
  reply_.answer_due = !awaited_.nothing();
  if (awaited_.ids.size() == 1) { reply_.id = awaited_.ids.front(); }
}

void Collector::take(const SseItem& item) {
  if (const auto* event = std::get_if<SseEvent>(&item)) {
    take(*event);
  } else if (const auto* retry = std::get_if<SseRetry>(&item)) {
    // Beyond an hour it makes no difference to anyone who waits here.
    constexpr std::uint64_t kMaxRetryMs = 3'600'000;
    retry_ = std::chrono::milliseconds(static_cast<std::int64_t>(std::min(retry->milliseconds, kMaxRetryMs)));
  }
}

void Collector::take(const SseEvent& event) {
  last_event_id_ = event.last_event_id;
  if (event.data.empty()) { return; }
  if (event.type == "message") {
    add(event.data, &event);
    return;
  }
  const auto parsed = jsonrpc::parse(event.data);
  const bool meant = parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(),
                                           [](const auto& message) { return message.kind != jsonrpc::Kind::invalid; });
  if (meant) {
    note_undecodable(fmt::format("event of type '{}': {}", text_excerpt(event.type, 40), text_excerpt(event.data)));
  }
}

void Collector::take_body(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") != std::string_view::npos) { add(body, nullptr); }
}

void Collector::add(std::string_view text, const SseEvent* event) {
  auto parsed = jsonrpc::parse(text);
  if (!parsed) {
    note_undecodable(text_excerpt(text));
    return;
  }
  const auto at_us = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_).count();
  // A batch of many in one event of megabytes: each of them with a copy of it would be gigabytes.
  SseEvent carrier;
  if (event) { carrier = {.type = event->type, .has_id = event->has_id, .begin = event->begin, .end = event->end}; }
  for (jsonrpc::Message& message : parsed->messages) {
    if (reply_.messages.size() >= limits::kStreamMessages) { return; }
    if (message.kind == jsonrpc::Kind::invalid) { note_undecodable(text_excerpt(text)); }
    if (message.kind == jsonrpc::Kind::request && server_requests_ < limits::kServerRequests) {
      ++server_requests_;
      open_requests_.push_back(message);
    }
    any_reply_ = any_reply_ || message.is_reply();
    refused_ = refused_ || is_idless_error(message);
    SeenMessage seen{std::move(message), event ? std::optional(carrier) : std::nullopt, parsed->batch, at_us};
    for (std::size_t i = 0; seen.message.is_reply() && i < awaited_.ids.size(); ++i) {
      if (!came_[i] && seen.message.answers(awaited_.ids[i])) {
        came_[i] = true;
        if (event) { seen.event->last_event_id = event->last_event_id; }
        if (!reply_.response) { reply_.response = seen; }
        break;
      }
    }
    reply_.messages.push_back(std::move(seen));
  }
}

void Collector::note_undecodable(std::string text) {
  if (reply_.undecodable.size() < limits::kStreamMessages) { reply_.undecodable.push_back(std::move(text)); }
}

bool Collector::answered() const {
  if (awaited_.anything && awaited_.ids.empty()) { return any_reply_; }
  return std::all_of(came_.begin(), came_.end(), [](bool came) { return came; });
}

std::optional<jsonrpc::Message> Collector::next_server_request() {
  if (open_requests_.empty()) { return std::nullopt; }
  jsonrpc::Message request = std::move(open_requests_.front());
  open_requests_.pop_front();
  return request;
}

bool body_answers(std::string_view body, const json::value& id) {
  const auto parsed = jsonrpc::parse(body);
  return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(), [&](const jsonrpc::Message& message) {
           return message.is_reply() && message.answers(id);
         });
}

std::string text_excerpt(std::string_view text, std::size_t max) {
  std::string excerpt;
  for (char c : text.substr(0, max)) {
    const bool printable = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    excerpt += printable ? c : ' ';
  }
  if (text.size() > max) {
    // Cut between UTF-8 sequences, so that reports stay valid text.
    while (!excerpt.empty() && (static_cast<unsigned char>(text[excerpt.size()]) & 0xC0) == 0x80) {
      excerpt.pop_back();
    }
    excerpt += "...";
  }
  return excerpt;
}

}  // namespace weir::wire::mcp
