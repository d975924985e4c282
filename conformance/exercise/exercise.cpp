#include "conformance/exercise/exercise.hpp"

#include "conformance/ask/listen.hpp"
#include "conformance/ask/tools.hpp"
#include "conformance/exercise/capable.hpp"
#include "wire/mcp/messages.hpp"
#include "wire/mcp/pagination.hpp"

namespace weir::conformance {

namespace {

constexpr std::chrono::milliseconds kHeld{100};

/// In conversations of their own, as several clients: each of several replicas may answer.
void list_tools_anew(Probe& probe) {
  constexpr int kConversations = 3;
  for (int i = 0; i < kConversations; ++i) {
    auto dialogue = probe.dialogue();
    if (!dialogue || wire::mcp::list_all(*dialogue, "tools/list", "tools").error) { return; }
  }
}

void ask_for_lists(Probe& probe) {
  const Survey& survey = probe.survey();
  if (survey.declares("tools")) {
    (void)probe.call("tools/list");
    list_tools_anew(probe);
  }
  if (survey.declares("resources")) {
    (void)probe.call("resources/list");
    (void)probe.call("resources/templates/list");
    if (!survey.resources.empty()) {
      const std::string uri(wire::string_or(survey.resources.front(), "uri", ""));
      (void)probe.call("resources/read", {{"uri", uri}});
    }
  }
  if (survey.declares("completions")) { (void)complete_first_argument(probe); }
  if (!survey.declares("prompts")) { return; }
  (void)probe.call("prompts/list");
  for (const auto& prompt : survey.prompts) {
    const auto* arguments = wire::as_array(wire::find(prompt, "arguments"));
    if (arguments && !arguments->empty()) { continue; }
    (void)probe.call("prompts/get", {{"name", std::string(wire::string_or(prompt, "name", ""))}});
    break;
  }
}

void call_tools(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (shared_replies(probe, calls)) { return; }
  for (std::size_t i = 0; i < calls.size(); ++i) { (void)call_in_turn(probe, calls, i); }
  // In a whole run the checks of such calls make them, and passive checks come after those.
  if (!probe.is(Era::stateless)) { (void)capable_calls(probe); }
}

/// As browsers and most HTTP libraries ask: what compresses on the way does so for them alone.
void ask_compressed(Probe& probe) {
  auto dialogue = probe.shared();
  if (!dialogue) { return; }
  auto request = dialogue->get().make_post(call_body(probe, "weir-compressed", harmless_method(probe)));
  request.headers.set("Accept-Encoding", "gzip, deflate, br");
  (void)probe.send(request);
}

void send_what_is_refused(Probe& probe) {
  (void)probe.call(kUnknownMethod, nullptr, {.linger = kLinger});
  if (probe.survey().declares("tools")) {
    (void)probe.call("tools/call", {{"name", "weir-unknown-tool"}, {"arguments", json::object{}}});
  }
}

/// What the server asked on its stream, the first of it.
std::vector<jsonrpc::Message> requests_on(const wire::HttpStream& stream) {
  constexpr std::size_t kAnswered = 4;
  std::vector<jsonrpc::Message> requests;
  for (const auto& item : stream.exchange().items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    const auto parsed = event ? jsonrpc::parse(event->data) : tl::unexpected(wire::Error{});
    if (!parsed) { continue; }
    for (const auto& message : parsed->messages) {
      if (message.kind == jsonrpc::Kind::request && requests.size() < kAnswered) { requests.push_back(message); }
    }
  }
  return requests;
}

/// As a good client: what the server asks is answered, and becomes of it what will. More of it may come meanwhile, so
/// nobody looks at the stream then.
void answer_requests(Probe& probe, const wire::mcp::Dialogue& dialogue, const wire::HttpStream& stream) {
  for (const auto& message : requests_on(stream)) {
    (void)probe.send(dialogue.make_post(wire::mcp::answer_to(message, {})));
  }
}

void hold_a_stream(Probe& probe) {
  if (probe.is(Era::stateless) && !listen_filter(probe.survey()).empty()) {
    json::value id;
    if (auto stream = open_listen(probe, id)) { stream->read_to_end(probe.in(kHeld)); }
  }
  if (!probe.is(Era::streamable)) { return; }
  auto dialogue = probe.shared();
  if (!dialogue) { return; }
  auto stream = dialogue->get().open_get_stream();
  if (!stream || !stream->exchange().is_event_stream()) { return; }
  stream->read_to_end(probe.in(kHeld));
  answer_requests(probe, dialogue->get(), *stream);
}

void notify(Probe& probe) {
  auto dialogue = probe.shared();
  if (!dialogue || probe.is(Era::stateless)) { return; }
  (void)dialogue->get().notify("notifications/cancelled",
                               {{"requestId", "weir-never-sent"}, {"reason", "weir asks nothing"}});
}

/// As a browser asks first: such answers have no body.
void ask_for_permission(Probe& probe) {
  auto request = probe.request("OPTIONS", probe.target().url);
  request.headers.set("Origin", probe.target().url.origin());
  request.headers.set("Access-Control-Request-Method", "POST");
  (void)probe.send(request);
}

void ask_for_health(Probe& probe) {
  for (const auto& route : probe.target().profile.health) {
    auto url = wire::resolve(probe.target().url, route.path);
    if (url) { (void)probe.send(probe.request("GET", *url)); }
  }
}

}  // namespace

void exercise(const Target& target, const Survey* survey, wire::Deadline deadline, const std::atomic<bool>* stop) {
  if (survey && survey->open_error) { return; }
  Worker worker(target.client);
  Probe probe(target, survey, deadline, stop, &worker, "exercise");
  if (!survey) {
    ask_for_health(probe);
    ask_for_permission(probe);
    return;
  }
  (void)probe.call(harmless_method(probe), nullptr, {.id = "weir-once", .linger = kLinger});
  if (probe.last_answer_missing()) { return; }
  ask_for_lists(probe);
  call_tools(probe);
  ask_compressed(probe);
  send_what_is_refused(probe);
  notify(probe);
  hold_a_stream(probe);
}

}  // namespace weir::conformance
