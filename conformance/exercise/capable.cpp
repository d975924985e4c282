#include "conformance/exercise/capable.hpp"

#include <algorithm>

#include "conformance/ask/asked_once.hpp"
#include "conformance/ask/polled.hpp"
#include "conformance/probe/status.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kCalls = 3;
constexpr std::size_t kMostAsked = 8;           ///< By one call; more are left without an answer.
constexpr std::chrono::milliseconds kSlice{5};  ///< Two streams are looked at in turn.
constexpr std::chrono::milliseconds kTail{20};

json::object capabilities_of_client(std::string_view revision) {
  json::object capabilities{{"roots", json::object{}}, {"sampling", json::object{}}};
  if (revision >= wire::mcp::k2025_06_18) { capabilities["elicitation"] = json::object{}; }
  return capabilities;
}

std::chrono::milliseconds since(wire::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - time);
}

/// One call of Streamable HTTP while it runs.
class Running {
 public:
  Running(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream* get, std::chrono::milliseconds withheld)
      : probe_(probe), dialogue_(dialogue), get_(get), withheld_(withheld), id_(dialogue.fresh_id("weir-capable")) {}

  CapableCall make(const ToolCall& call) {
    made_.call = call;
    made_.request =
        dialogue_.make_post(call_body(probe_, id_, "tools/call", {{"name", call.name}, {"arguments", call.arguments}}));
    auto begun = probe_.http().begin(made_.request, probe_.answer_deadline());
    if (!begun) { return std::move(made_); }
    stream_ = std::move(*begun);
    until_ = probe_.answer_deadline();
    while (!made_.answer && !until_.passed() && follow()) { answer_what_is_due(); }
    made_.rest = since(last_);
    if (made_.answer) { stream_->read_to_end(probe_.in(kTail)); }
    answer_open();
    return std::move(made_);
  }

 private:
  /// Reads on for a moment; false where nothing more of this call can come.
  bool follow() {
    const auto slice = [&] { return until_.or_sooner(wire::Deadline::in(kSlice)); };
    const bool brought = read_call(slice());
    if (get_ && !get_->ended()) {
      if (const auto event = get_->next_event(slice())) { take(event->data, true); }
    }
    // A stream that has ended may hold more than has been looked at.
    if (made_.answer || brought || !stream_->ended()) { return true; }
    return fetched_++ < wire::limits::kResumptions && take_up(probe_, dialogue_, *stream_);
  }

  /// Whether an event came.
  bool read_call(wire::Deadline slice) {
    if (!stream_->wait_for_head(slice)) { return false; }
    if (!stream_->exchange().is_event_stream()) {
      if (stream_->read_to_end(slice)) { take(stream_->exchange().body, false); }
      return false;
    }
    const auto event = stream_->next_event(slice);
    if (event) { take(event->data, false); }
    return event.has_value();
  }

  void take(std::string_view text, bool on_get) {
    const auto parsed = jsonrpc::parse(text);
    if (!parsed) { return; }
    for (const auto& message : parsed->messages) {
      if (message.is_reply() && message.answers(id_)) { made_.answer = message; }
      if (message.kind != jsonrpc::Kind::request || made_.asked.size() >= kMostAsked) { continue; }
      made_.asked.push_back({.method = message.method, .on_get = on_get});
      open_.push_back(message);
      last_ = wire::Clock::now();
    }
  }

  void answer_what_is_due() {
    if (open_.empty() || since(last_) < withheld_) { return; }
    made_.waited = made_.waited || !made_.answer;
    answer_open();
    until_ = probe_.answer_deadline();
  }

  void answer_open() {
    for (const auto& request : open_) {
      const std::size_t at = made_.asked.size() - open_.size() + static_cast<std::size_t>(&request - open_.data());
      const auto sent =
          probe_.send(dialogue_.make_post(wire::mcp::answer_to(request, capabilities_of_client(dialogue_.revision()))));
      made_.asked[at].accepted = sent && sent->ok();
    }
    if (!open_.empty()) { last_ = wire::Clock::now(); }
    open_.clear();
  }

  Probe& probe_;
  wire::mcp::Dialogue& dialogue_;
  wire::HttpStream* get_;
  std::chrono::milliseconds withheld_;
  json::value id_;
  CapableCall made_;
  std::optional<wire::HttpStream> stream_;
  wire::Deadline until_;
  wire::Clock::time_point last_ = wire::Clock::now();
  std::size_t fetched_ = 0;
  std::vector<jsonrpc::Message> open_;
};

/// The dialogue itself answers what comes on its one stream.
CapableCall call_on_held_stream(Probe& probe, wire::mcp::Dialogue& dialogue, const ToolCall& call) {
  CapableCall made{.call = call, .request = {}, .asked = {}, .answer = std::nullopt};
  const auto reply = dialogue.request("tools/call", {{"name", call.name}, {"arguments", call.arguments}},
                                      {.timeout = probe.answer_deadline().left()});
  if (!reply) { return made; }
  made.request = reply->http.request;
  if (reply->response) { made.answer = reply->response->message; }
  for (const auto& seen : reply->messages) {
    if (seen.message.kind == jsonrpc::Kind::request) {
      made.asked.push_back({.method = seen.message.method, .accepted = true});
    }
  }
  made.waited = !made.asked.empty();
  made.rest = reply->waited;
  return made;
}

CapableCalls make_calls(Probe& probe) {
  CapableCalls made;
  const auto safe = safe_calls(probe);
  if (safe.empty()) { return made; }
  auto dialogue = capable_dialogue(probe);
  if (!dialogue) {
    made.error = dialogue.error();
    return made;
  }
  auto get = stream_of_get(probe, *dialogue);
  for (std::size_t i = 0; i < std::min(safe.size(), kCalls); ++i) {
    made.calls.push_back(call_as_capable(probe, *dialogue, safe[i], get ? &*get : nullptr));
    if (!made.calls.back().answer) { break; }
  }
  return made;
}

}  // namespace

bool CapableCall::was_asked_on_get() const {
  return std::any_of(asked.begin(), asked.end(),
                     [](const AskedOfClient& one) { return one.on_get && one.is_of_the_call(); });
}

wire::Result<wire::mcp::Dialogue> capable_dialogue(Probe& probe) {
  return probe.dialogue([&](auto& options) { options.capabilities = capabilities_of_client(probe.revision()); });
}

CapableCall call_as_capable(Probe& probe, wire::mcp::Dialogue& dialogue, const ToolCall& call, wire::HttpStream* get,
                            std::chrono::milliseconds withheld) {
  if (probe.is(Era::http_sse)) { return call_on_held_stream(probe, dialogue, call); }
  return Running(probe, dialogue, get, withheld).make(call);
}

std::optional<wire::HttpStream> stream_of_get(Probe& probe, wire::mcp::Dialogue& dialogue) {
  if (!probe.is(Era::streamable)) { return std::nullopt; }
  auto stream = dialogue.open_get_stream();
  const bool is_one = stream && stream->exchange().ok() && stream->exchange().is_event_stream();
  return is_one ? std::optional(*std::move(stream)) : std::nullopt;
}

std::shared_ptr<const CapableCalls> capable_calls(Probe& probe) {
  auto shared = asked_once<CapableCalls>(probe, "calls of a client that can be asked",
                                         [&] { return std::optional(make_calls(probe)); });
  return shared ? shared : std::make_shared<const CapableCalls>(make_calls(probe));
}

}  // namespace weir::conformance
