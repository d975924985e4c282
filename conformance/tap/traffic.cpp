#include "conformance/tap/traffic.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace weir::conformance {

namespace jsonrpc = wire::jsonrpc;

namespace {

bool is_well_formed(const jsonrpc::Message& message) {
  return message.kind != jsonrpc::Kind::invalid && message.violations.empty();
}

/// Whether a body is meant as JSON-RPC: a refusal by status may say in any JSON why (OAuth's is {"error": "..."}), a
/// GET or DELETE may be answered by a page of any JSON, and the `null` or `""` of a framework under a notification is
/// no message but a body too many.
bool is_spoken(const wire::Exchange& http, const jsonrpc::Message& message) {
  if (!message.raw.is_object()) { return false; }
  constexpr int kFirstRefusal = 400;
  const bool is_reply = wire::find(message.raw, "id") &&
                        (wire::find(message.raw, "error") != nullptr || wire::find(message.raw, "result") != nullptr);
  const bool is_due = http.request.method == "POST" || http.is_event_stream();
  return (is_due && http.head.status < kFirstRefusal) || is_reply || wire::find(message.raw, "jsonrpc") != nullptr;
}

std::string endpoint_of(const Seen& stream) {
  for (const auto& item : stream.http.items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (!event || event->type != "endpoint") { continue; }
    const auto url = wire::resolve(stream.http.request.url, event->data);
    return url ? url->str() : std::string();
  }
  return {};
}

Sent sent_by(const SeenPtr& seen) {
  Sent sent{.in = seen, .messages = {}, .batch = false, .session = {}};
  if (auto parsed = jsonrpc::parse(seen->http.request.body)) {
    sent.messages = std::move(parsed->messages);
    sent.batch = parsed->batch;
  }
  if (seen->era == wire::mcp::Era::http_sse) { sent.session = seen->http.request.url.str(); }
  return sent;
}

void take_texts(const SeenPtr& seen, std::vector<Text>& texts) {
  const wire::Exchange& http = seen->http;
  if (http.is_json() && !seen->body_cut && !http.body.empty()) { texts.push_back({seen, http.body}); }
  for (const auto& item : http.items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (event && event->type == "message" && !event->data.empty()) { texts.push_back({seen, event->data}); }
  }
}

}  // namespace

const jsonrpc::Message* Sent::request() const {
  if (batch || messages.size() != 1 || messages.front().kind != jsonrpc::Kind::request || !well_formed()) {
    return nullptr;
  }
  return &messages.front();
}

bool Sent::well_formed() const {
  return !messages.empty() && std::all_of(messages.begin(), messages.end(), is_well_formed);
}

Traffic traffic_of(const std::vector<SeenPtr>& seen, const wire::Url& endpoint,
                   const std::function<void()>& before_each) {
  Traffic traffic;
  for (const auto& each : seen) {
    const wire::Exchange& http = each->http;
    if (http.request.url.origin() != endpoint.origin()) { continue; }
    const bool old = each->era == wire::mcp::Era::http_sse;
    const bool post = http.request.method == "POST";
    if (!old && http.request.url.path != endpoint.path) { continue; }
    const Sent* carrier = post ? &traffic.sent.emplace_back(sent_by(each)) : nullptr;
    if (old && post) { continue; }  // What answers it comes on the stream.
    const std::string session = old ? endpoint_of(*each) : std::string();
    std::vector<Text> texts;
    take_texts(each, texts);
    for (const auto& text : texts) {
      before_each();
      auto parsed = jsonrpc::parse(text.text);
      for (auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
        if (is_spoken(http, message)) { traffic.heard.push_back({each, std::move(message), carrier, session}); }
      }
    }
  }
  return traffic;
}

std::vector<Text> texts_of(const std::vector<SeenPtr>& seen) {
  std::vector<Text> texts;
  for (const auto& each : seen) { take_texts(each, texts); }
  return texts;
}

bool mixes_streams(const Traffic& traffic) {
  std::map<std::string, std::set<std::string>> askers;  // By id.
  for (const auto& sent : traffic.sent) {
    for (const auto& message : sent.messages) {
      if (message.id) { askers[wire::json::serialize(*message.id)].insert(sent.session); }
    }
  }
  return std::any_of(traffic.heard.begin(), traffic.heard.end(), [&](const Heard& heard) {
    if (heard.post || heard.session.empty() || !heard.message.is_reply() || !heard.message.id) { return false; }
    const auto found = askers.find(wire::json::serialize(*heard.message.id));
    return found != askers.end() && !found->second.contains(heard.session);
  });
}

}  // namespace weir::conformance
