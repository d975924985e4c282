#include "conformance/ask/held_stream.hpp"

#include <algorithm>

#include "conformance/ask/listen.hpp"
#include "conformance/ask/tools.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance {

namespace {

constexpr std::chrono::milliseconds kReplayTime{250};  ///< For events that should not come.

/// The stream of the era beside its dialogue; http-sse has it within.
wire::Result<wire::HttpStream> open_beside(Probe& probe, wire::mcp::Dialogue& dialogue) {
  return probe.is(Era::stateless) ? dialogue.listen(listen_filter(probe.survey())) : dialogue.open_get_stream();
}

}  // namespace

std::string_view to_string(Loss loss) {
  switch (loss) {
    case Loss::fin:
      return "FIN";
    case Loss::rst:
      return "RST";
    case Loss::half_close:
      break;
  }
  return "half-close";
}

tl::expected<HeldStream, Finding> HeldStream::open(Probe& probe) {
  if (probe.is(Era::stateless) && listen_filter(probe.survey()).empty()) {
    return tl::unexpected(not_applicable(kNothingToListenTo));
  }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return tl::unexpected(probe.broken(dialogue.error(), "a conversation")); }
  HeldStream held(std::move(*dialogue));
  if (probe.is(Era::http_sse)) { return held; }
  auto stream = open_beside(probe, held.dialogue_);
  if (!stream) { return tl::unexpected(probe.broken(stream.error(), "an event stream")); }
  if (!stream->exchange().ok() || !stream->exchange().is_event_stream()) {
    if (probe.is(Era::streamable)) { return tl::unexpected(not_applicable("the server offers no stream of its own")); }
    return tl::unexpected(fail("an event stream", describe(stream->exchange())));
  }
  held.stream_ = std::move(*stream);
  return held;
}

void HeldStream::lose(Loss loss) {
  switch (loss) {
    case Loss::fin:
      return stream()->close();
    case Loss::rst:
      return stream()->reset();
    case Loss::half_close:
      return stream()->shutdown_send();
  }
}

HeldStream::Reopened HeldStream::reopen(Probe& probe) {
  if (probe.is(Era::http_sse)) {
    auto again = probe.dialogue();
    if (!again) { return {.text = again.error().detail}; }
    dialogue_ = std::move(*again);
    return {.good = true, .status = 200, .text = "HTTP 200"};
  }
  auto again = open_beside(probe, dialogue_);
  if (!again) { return {.text = again.error().detail}; }
  const wire::Exchange& exchange = again->exchange();
  const bool over = probe.is(Era::streamable) && exchange.head.status == kNotFound;
  const bool good = exchange.ok() && exchange.is_event_stream();
  if (!good && !exchange.ok()) { again->read_to_end(probe.in(kReplayTime)); }
  Reopened reopened{good, over, exchange.head.status, good ? "HTTP 200" : describe(exchange)};
  if (good) {
    lost_ = std::move(stream_);
    stream_ = std::move(*again);
  }
  return reopened;
}

namespace {

tl::expected<CutAnswer, Finding> cut_after_first_event(Probe& probe, wire::mcp::Dialogue& dialogue, json::value id,
                                                       std::string_view method, const json::value& params) {
  auto stream = probe.http().open(dialogue.make_post(jsonrpc::request(id, method, params)), probe.answer_deadline());
  if (!stream) { return tl::unexpected(probe.broken(stream.error(), fmt::format("an answer to {}", method))); }
  if (!stream->exchange().is_event_stream()) { return tl::unexpected(not_applicable("answers are no streams")); }
  const auto first = stream->next_event(probe.answer_deadline());
  if (!first || !first->has_id || first->last_event_id.empty()) {
    return tl::unexpected(not_applicable("events carry no ids"));
  }
  stream->reset();
  const auto parsed = jsonrpc::parse(first->data);
  const bool answered = parsed && !parsed->messages.empty() && parsed->messages.front().answers(id);
  return CutAnswer{std::move(id), first->last_event_id, answered};
}

/// A server may keep what its tools say, and nothing else.
bool calls_carry_ids(Probe& probe) {
  const auto replies = shared_replies(probe, safe_calls(probe));
  const auto has_id = [](const auto& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return event && event->has_id && !event->last_event_id.empty();
  };
  return replies && std::any_of(replies->begin(), replies->end(), [&](const wire::mcp::Reply& reply) {
           return std::any_of(reply.http.items.begin(), reply.http.items.end(), has_id);
         });
}

}  // namespace

tl::expected<CutAnswer, Finding> cut_answer(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& id) {
  auto cut = cut_after_first_event(probe, dialogue, json::value(id), harmless_method(probe), nullptr);
  const bool without_ids = !cut && cut.error().verdict == reports::Verdict::not_applicable;
  if (cut ? !cut->answered : !(without_ids && calls_carry_ids(probe))) { return cut; }
  for (auto& [name, arguments, guessed] : safe_calls(probe)) {
    const json::value of_call(id + "-" + name);
    json::object params{{"name", name}, {"arguments", std::move(arguments)}, {"_meta", {{"progressToken", of_call}}}};
    auto longer = cut_after_first_event(probe, dialogue, of_call, "tools/call", params);
    if (longer && !longer->answered) { return longer; }
  }
  return cut;
}

std::ptrdiff_t Resumed::answers_to(const json::value& id) const {
  return std::count_if(replies.begin(), replies.end(), [&](const auto& reply) { return reply.answers(id); });
}

const jsonrpc::Message* Resumed::answers_another(const json::value& id) const {
  const auto other =
      std::find_if(replies.begin(), replies.end(), [&](const auto& reply) { return !reply.answers(id); });
  return other == replies.end() ? nullptr : &*other;
}

tl::expected<Resumed, Finding> resume(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& last_event_id,
                                      const json::value& wanted, std::optional<std::chrono::milliseconds> patience) {
  auto stream =
      dialogue.open_get_stream([&](wire::Request& request) { request.headers.set("Last-Event-ID", last_event_id); });
  if (!stream) { return tl::unexpected(probe.broken(stream.error(), "an answer to a GET with Last-Event-ID")); }
  const wire::Exchange& exchange = stream->exchange();
  probe.note(fmt::format("< {} (Last-Event-ID: {})", describe(exchange), wire::excerpt(last_event_id, 60)));
  if (!exchange.ok() || !exchange.is_event_stream()) {
    return tl::unexpected(
        not_applicable(fmt::format("a GET with Last-Event-ID gives {}: nothing is resumed", describe(exchange))));
  }
  Resumed resumed;
  wire::Deadline until = wanted.is_null() ? probe.in(kReplayTime)
                         : patience       ? probe.in(*patience)
                                          : probe.answer_deadline();
  while (auto event = stream->next_event(until)) {
    auto parsed = jsonrpc::parse(event->data);
    if (!parsed || parsed->messages.empty() || !parsed->messages.front().is_reply()) { continue; }
    probe.note("< " + wire::excerpt(std::string_view(event->data), 120));
    if (parsed->messages.front().answers(wanted)) { until = until.or_sooner(probe.in(kReplayTime)); }
    resumed.replies.push_back(std::move(parsed->messages.front()));
    resumed.ids.push_back(event->has_id ? event->last_event_id : std::string());
  }
  return resumed;
}

}  // namespace weir::conformance
