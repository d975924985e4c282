#include "conformance/ask/common.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "conformance/probe/page.hpp"
#include "conformance/probe/status.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {

namespace {

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

/// Whether an event was longer than Weir reads: what it held is not known then.
bool is_cut_by_us(const wire::mcp::Reply& reply) {
  const auto& items = reply.http.items;
  return !reply.response && std::any_of(items.begin(), items.end(), [](const wire::SseItem& item) {
    const auto* oddity = std::get_if<wire::SseOddity>(&item);
    return oddity &&
           (oddity->kind == wire::SseOddityKind::line_too_long || oddity->kind == wire::SseOddityKind::event_too_big);
  });
}

}  // namespace

std::optional<Finding> unless_result(const wire::mcp::Reply& reply, std::string expected) {
  if (reply.is_result()) { return std::nullopt; }
  if (is_cut_by_us(reply)) {
    return untestable(fmt::format("the answer has a line of more than the {} MiB that Weir reads",
                                  wire::limits::kSseLineBytes / (1024 * 1024)));
  }
  return fail(std::move(expected), reply.describe());
}

std::optional<std::int64_t> error_code(const wire::mcp::Reply& reply) {
  const auto* error = reply.is_result() ? nullptr : reply.error_message();
  return error ? error->error.code : std::nullopt;
}

std::string_view harmless_method(const Probe& probe) {
  const Survey* survey = probe.survey_or_null();
  if (survey && !survey->means.empty()) { return survey->means; }
  return probe.is(Era::stateless) ? "server/discover" : "ping";
}

std::string call_body(const Probe& probe, const json::value& id, std::string_view method, json::object params) {
  if (!probe.is(Era::stateless)) {
    return jsonrpc::request(id, method, params.empty() ? json::value(nullptr) : json::value(std::move(params)));
  }
  return jsonrpc::request(id, method, wire::mcp::stateless_params(std::move(params), probe.revision(), {}));
}

std::vector<std::string> message_texts(const wire::Exchange& exchange) {
  std::vector<std::string> texts;
  if (exchange.is_event_stream()) {
    for (const auto& item : exchange.items) {
      if (const auto* event = std::get_if<wire::SseEvent>(&item);
          event && event->type == "message" && !event->data.empty()) {
        texts.push_back(event->data);
      }
    }
  } else if (!exchange.body.empty()) {
    texts.push_back(exchange.body);
  }
  return texts;
}

const jsonrpc::Message* RawAnswer::error() const {
  for (const auto& message : messages) {
    if (message.kind == jsonrpc::Kind::error) { return &message; }
  }
  return nullptr;
}

std::string RawAnswer::describe() const {
  std::string text = conformance::describe(http);
  if (const auto* found = error(); found && found->error.code) {
    text += fmt::format(", JSON-RPC error {}", *found->error.code);
  }
  return text;
}

wire::Result<RawAnswer> post_raw(Probe& probe, wire::mcp::Dialogue& dialogue, std::string body) {
  constexpr std::chrono::milliseconds kStep{100};
  constexpr std::chrono::milliseconds kStreamPatience{1500};
  auto exchange = probe.send(dialogue.make_post(std::move(body)));
  if (!exchange) { return tl::unexpected(exchange.error()); }
  RawAnswer answer{.http = std::move(*exchange), .messages = {}};
  for (const auto& text : message_texts(answer.http)) {
    if (auto parsed = jsonrpc::parse(text)) {
      std::move(parsed->messages.begin(), parsed->messages.end(), std::back_inserter(answer.messages));
    }
  }
  if (dialogue.era() == Era::http_sse && answer.http.ok()) {
    const wire::Deadline patience = probe.in(kStreamPatience);
    while (answer.messages.empty() && !patience.passed() && !dialogue.stream()->ended()) {
      for (auto& seen : dialogue.drain(probe.in(kStep))) { answer.messages.push_back(std::move(seen.message)); }
    }
  }
  return answer;
}

Finding declared_both_ways(Probe& probe, std::string_view capability, std::string_view method, std::string_view items) {
  const bool declared = probe.survey().declares(capability);
  auto reply = probe.call(method);
  if (!reply) { return probe.broken(reply.error(), fmt::format("an answer to {}", method)); }
  const json::array* listed = wire::as_array(wire::find(reply->result(), items));
  const bool answered = reply->is_result() && listed;
  if (declared && reply->is_result() && !listed) {
    return untestable(fmt::format("the result of {} has no list of {}, which its shape says", method, items));
  }
  if (declared && !answered) {
    auto finding = fail(fmt::format("an answer to {}, as {} is declared", method, capability), reply->describe());
    finding.fix = fmt::format("Find out why {} fails: {} is declared, and its list is not served.", method, capability);
    return finding;
  }
  if (!declared && answered && !listed->empty()) {
    const auto dialogue = probe.shared();
    const auto* all = dialogue ? wire::find(dialogue->get().opening().result(), "capabilities") : nullptr;
    if (!all || !all->is_object()) { return untestable("the capabilities are no object, which their shape says"); }
    // The conversation that was opened first came to nothing, and nothing is known of it.
    if (all->get_object().contains(capability)) { return pass("declared and answered"); }
    return fail(fmt::format("the capability {}, as {} names {} of them", capability, method, listed->size()),
                "it is not declared");
  }
  // An empty list says that there is nothing to declare.
  return declared ? pass("declared and answered") : not_applicable("not declared, and not served");
}

bool is_endless(const Survey& survey, std::string_view items) {
  const auto& replies = survey.list_replies;
  const auto last = std::find_if(replies.rbegin(), replies.rend(),
                                 [&](const auto& reply) { return wire::find(reply.result(), items) != nullptr; });
  return last != replies.rend() && wire::as_string(wire::find(last->result(), "nextCursor")).has_value();
}

std::optional<wire::Result<wire::mcp::Reply>> complete_first_argument(Probe& probe) {
  for (const json::value& prompt : probe.in_time(probe.survey().prompts)) {
    const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
    if (!arguments || arguments->empty()) { continue; }
    return probe.call("completion/complete",
                      {{"ref", {{"type", "ref/prompt"}, {"name", wire::string_or(prompt, "name", "")}}},
                       {"argument", {{"name", wire::string_or(arguments->front(), "name", "")}, {"value", ""}}}});
  }
  return std::nullopt;
}

std::optional<Finding> if_asked_first(const wire::mcp::Reply& reply) {
  if (const auto type = wire::string_or(reply.result(), "resultType", "complete"); type != "complete") {
    return untestable(fmt::format("the server wants something first: a result of type {}", wire::excerpt(type, 40)));
  }
  if (error_code(reply) == jsonrpc::kMissingClientCapability) {
    return untestable("the server wants a capability that Weir does not declare: " + reply.describe());
  }
  return std::nullopt;
}

Finding no_era(const Probe& probe) {
  if (probe.target().profile.era == Era::none) { return not_applicable("MCP is not asked for, as the profile says"); }
  return untestable("no era is spoken");
}

std::string canonical_without_meta(json::value value) {
  if (auto* item = value.if_object()) {
    item->erase("_meta");
  } else if (auto* items = value.if_array()) {
    for (json::value& one : *items) {
      if (auto* members = one.if_object()) { members->erase("_meta"); }
    }
  }
  return wire::canonical(value);
}

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || !std::isalpha(static_cast<unsigned char>(text.front()))) { return false; }
  const std::string_view scheme = text.substr(0, colon);
  if (!std::all_of(scheme.begin(), scheme.end(),
                   [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; })) {
    return false;
  }
  constexpr std::string_view kOthers = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = colon + 1; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) { return false; }
    } else if (!is_alnum(text[i]) && kOthers.find(text[i]) == kOthers.npos) {
      return false;
    }
  }
  return true;
}

std::string describe(const wire::Exchange& exchange) {
  std::string text = fmt::format("HTTP {}", exchange.head.status);
  const std::string type = wire::media_type(exchange.head.headers.get("content-type"));
  if (!type.empty()) { text += " " + type; }
  const std::string read = type == "text/html" ? text_of_page(exchange.body) : std::string();
  const std::string_view body = read.empty() ? std::string_view(exchange.body) : std::string_view(read);
  if (!body.empty()) { text += fmt::format(" '{}'", wire::excerpt(body, 80)); }
  if (exchange.end == wire::EndClass::open) { text += ", still open"; }
  return text;
}

void hear_out(const Probe& probe, wire::HttpStream& stream) {
  constexpr std::chrono::milliseconds kUntilReply{2000};
  const wire::Exchange& exchange = stream.exchange();
  if (exchange.request.method != "POST" || !exchange.ok() || !exchange.is_event_stream()) { return; }
  const wire::Deadline until = probe.in(kUntilReply);
  while (const auto event = stream.next_event(until)) {
    const auto parsed = jsonrpc::parse(event->data);
    if (parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(),
                              [](const jsonrpc::Message& message) { return message.is_reply(); })) {
      return;
    }
  }
}

bool refused(const wire::Exchange& exchange) { return is_client_error(exchange.head.status); }

wire::Request json_post(const Probe& probe, const wire::Url& url, std::string body) {
  wire::Request request = probe.request("POST", url);
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Accept", "application/json, text/event-stream");
  request.body = std::move(body);
  return request;
}

wire::Request stream_get(const Probe& probe, const wire::Url& url) {
  wire::Request request = probe.request("GET", url);
  request.headers.set("Accept", "text/event-stream");
  return request;
}

}  // namespace weir::conformance
