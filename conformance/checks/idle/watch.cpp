#include "conformance/checks/idle/watch.hpp"

#include <algorithm>
#include <cmath>

#include "conformance/probe/status.hpp"

namespace weir::conformance {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::size_t kQuickBeats = 2;
/// A budget that is smaller than the quick watch is exceeded within it.
constexpr double kBeyondBudget = 1.25;
/// A heartbeat that is late by so many of its longest intervals has stopped.
constexpr double kStoppedIntervals = 3;

double since(wire::Clock::time_point begin) { return Seconds(wire::Clock::now() - begin).count(); }

struct OpenStream {
  wire::Clock::time_point opened_at = wire::Clock::now();
  std::optional<wire::mcp::Dialogue> dialogue;
  std::optional<wire::HttpStream> own;

  wire::HttpStream& stream() { return own ? *own : *dialogue->stream(); }
};

/// The hop that cut it counted from the last byte on, which may have come before the watch began.
double silence_before_end(const wire::Exchange& exchange) {
  const std::int64_t last_us = exchange.arrivals.empty() ? exchange.timings.head_us : exchange.arrivals.back().at_us;
  return static_cast<double>(exchange.timings.end_us - last_us) / 1e6;
}

Finding no_stream(const Probe& probe, const wire::Error& error) {
  return untestable(probe.out_of_time() ? "the run ended before the stream was open"
                                        : "there is no stream to watch: " + error.detail);
}

tl::expected<OpenStream, Finding> open_idle_stream(Probe& probe) {
  OpenStream open;
  auto dialogue = probe.dialogue();
  if (!dialogue) { return tl::unexpected(no_stream(probe, dialogue.error())); }
  open.dialogue = std::move(*dialogue);
  if (probe.is(Era::http_sse)) { return open; }
  open.opened_at = wire::Clock::now();
  auto own =
      probe.is(Era::stateless) ? open.dialogue->listen({{"toolsListChanged", true}}) : open.dialogue->open_get_stream();
  if (!own) { return tl::unexpected(no_stream(probe, own.error())); }
  const wire::Exchange& exchange = own->exchange();
  if (exchange.ok() && exchange.is_event_stream()) {
    open.own = std::move(*own);
    return open;
  }
  return tl::unexpected(exchange.head.status >= kServerErrors
                            ? untestable("there is no stream to watch: " + describe(exchange))
                            : not_applicable("the server offers no stream of its own: " + describe(exchange)));
}

bool is_message(const wire::SseItem& item) {
  const auto* event = std::get_if<wire::SseEvent>(&item);
  const auto parsed = event ? jsonrpc::parse(event->data) : tl::unexpected(wire::Error{});
  return parsed && !parsed->messages.empty() && parsed->messages.front().kind != jsonrpc::Kind::invalid;
}

bool is_ping(const wire::SseItem& item) {
  const auto parsed = jsonrpc::parse(std::get<wire::SseEvent>(item).data);
  return parsed->messages.front().kind == jsonrpc::Kind::request && parsed->messages.front().method == "ping";
}

/// nullopt for what is no heartbeat.
std::optional<BeatKind> kind_of(const wire::SseItem& item) {
  if (std::holds_alternative<wire::SseComment>(item)) { return BeatKind::comment; }
  const auto* event = std::get_if<wire::SseEvent>(&item);
  if (event == nullptr) { return std::nullopt; }
  if (is_message(item)) { return is_ping(item) ? std::optional(BeatKind::ping_request) : std::nullopt; }
  return event->data.empty() ? BeatKind::empty_event : BeatKind::data_event;
}

class Watching {
 public:
  Watching(Probe& probe, OpenStream& open, AtEnd at_end)
      : probe_(probe), open_(open), at_end_(at_end), until_(probe.in(watch_span(probe))), next_item_(items().size()) {}

  IdleWatch go() {
    while (!until_.passed() && !seen_enough() && open_.stream().read_more(until_)) {
      take_gap();
      take_items();
    }
    take_gap();
    watch_.watched_s = since(begun_);
    watch_.age_s = since(open_.opened_at);
    watch_.gap_before_end_s = last_gap_s_;
    if (at_end_ == AtEnd::ask && probe_.target().hold.count() > 0 && !open_.stream().ended()) { ask(); }
    watch_.exchange = std::move(open_.stream()).finish();
    if (watch_.ended()) { watch_.gap_before_end_s = silence_before_end(watch_.exchange); }
    watch_.longest_gap_s = std::max(watch_.longest_gap_s, watch_.gap_before_end_s);
    return std::move(watch_);
  }

 private:
  const std::vector<wire::SseItem>& items() const { return open_.stream().exchange().items; }

  bool seen_enough() const { return probe_.target().hold.count() == 0 && watch_.beats.size() >= kQuickBeats; }

  /// A request whose answer has to come down the stream, or a fresh stream beside one whose heartbeat has stopped. Both
  /// need their control: a server that tells nobody anything is no matter of this stream.
  void ask() {
    if (probe_.is(Era::http_sse)) {
      ask_for_answer();
    } else if (watch_.beats_stopped()) {
      compare_with_another();
    }
  }

  void ask_for_answer() {
    const wire::mcp::RequestOptions patience{.timeout = probe_.answer_deadline().left()};
    const auto reply = open_.dialogue->request(harmless_method(probe_), nullptr, patience);
    if (reply && reply->response) { return; }
    const std::string got = fmt::format("{} gets no answer on it: {}", harmless_method(probe_),
                                        reply ? reply->describe() : reply.error().detail);
    auto another = probe_.dialogue();
    const auto control = another ? another->request(harmless_method(probe_), nullptr, patience)
                                 : wire::Result<wire::mcp::Reply>(tl::unexpected(another.error()));
    const bool served = control && control->response;
    (served ? watch_.deaf : watch_.doubt) = got + (served ? ", on a fresh stream it does" : ", nor on a fresh stream");
  }

  void compare_with_another() {
    auto another = open_idle_stream(probe_);
    if (!another) { return; }
    const auto interval = std::chrono::ceil<std::chrono::milliseconds>(Seconds(watch_.longest_interval_s()));
    const wire::Deadline until = probe_.in(interval * static_cast<int>(kStoppedIntervals) + kQuickWatch);
    const std::size_t held = open_.stream().exchange().body.size();
    std::size_t next = another->stream().exchange().items.size();
    std::size_t beats = 0;
    while (beats < kQuickBeats && open_.stream().exchange().body.size() == held && another->stream().read_more(until)) {
      const auto& fresh = another->stream().exchange().items;
      beats += std::any_of(fresh.begin() + static_cast<std::ptrdiff_t>(next), fresh.end(),
                           [](const auto& item) { return kind_of(item).has_value(); })
                   ? 1
                   : 0;
      next = fresh.size();
    }
    if (open_.stream().exchange().body.size() != held) { return; }
    const std::string got = fmt::format("{}, then nothing for {:.1f} s", watch_.describe(), watch_.gap_before_end_s);
    const bool served = beats == kQuickBeats;
    (served ? watch_.deaf : watch_.doubt) =
        got + (served ? ", while a fresh stream goes on beating" : ", nor on a fresh stream");
  }

  void take_gap() {
    last_gap_s_ = since(last_byte_);
    last_byte_ = wire::Clock::now();
    watch_.longest_gap_s = std::max(watch_.longest_gap_s, last_gap_s_);
  }

  void take_items() {
    std::optional<BeatKind> kind;
    for (; next_item_ < items().size() && !probe_.out_of_time(); ++next_item_) {
      const wire::SseItem item = items()[next_item_];  // Answering may bring further ones.
      const auto is = kind_of(item);
      if (is == BeatKind::ping_request) {
        if (!until_.passed()) { answer_ping(std::get<wire::SseEvent>(item)); }
      } else if (is_message(item)) {
        ++watch_.messages;
      }
      kind = is && kind ? std::min(*is, *kind) : is ? is : kind;
    }
    if (kind) { watch_.beats.push_back({*kind, since(begun_)}); }
  }

  /// As a client must: a server may end the streams of those that do not.
  void answer_ping(const wire::SseEvent& event) {
    const auto parsed = jsonrpc::parse(event.data);
    const auto& id = parsed->messages.front().id;
    if (id && !probe_.is(Era::stateless)) {
      const auto request = open_.dialogue->make_post(jsonrpc::response(*id, json::object{}));
      // Of pings without end no answer outlasts the watch: nobody reads the stream meanwhile.
      (void)probe_.http().exchange(request, probe_.answer_deadline().or_sooner(until_));
    }
  }

  Probe& probe_;
  OpenStream& open_;
  AtEnd at_end_;
  wire::Deadline until_;
  wire::Clock::time_point begun_ = wire::Clock::now();
  wire::Clock::time_point last_byte_ = begun_;
  double last_gap_s_ = 0;
  std::size_t next_item_;
  IdleWatch watch_;
};

}  // namespace

std::string_view to_string(BeatKind kind) {
  switch (kind) {
    case BeatKind::comment:
      return "a comment";
    case BeatKind::ping_request:
      return "a ping request";
    case BeatKind::empty_event:
      return "an event without data";
    case BeatKind::data_event:
      return "a data event that is no JSON-RPC";
  }
  return "";
}

bool IdleWatch::ended_by_age() const { return ended() && beats.size() > 1 && gap_before_end_s < period_s(); }

double IdleWatch::period_s() const {
  return beats.size() < 2 ? 0 : (beats.back().at_s - beats.front().at_s) / static_cast<double>(beats.size() - 1);
}

double IdleWatch::longest_interval_s() const {
  double longest = 0;
  for (std::size_t i = 1; i < beats.size(); ++i) { longest = std::max(longest, beats[i].at_s - beats[i - 1].at_s); }
  return longest;
}

bool IdleWatch::beats_stopped() const {
  return !ended() && beats.size() > kQuickBeats && gap_before_end_s > kStoppedIntervals * longest_interval_s();
}

double IdleWatch::jitter_s() const {
  double jitter = 0;
  for (std::size_t i = 1; i < beats.size(); ++i) {
    jitter = std::max(jitter, std::abs(beats[i].at_s - beats[i - 1].at_s - period_s()));
  }
  return jitter;
}

std::string IdleWatch::describe() const {
  const std::string besides = messages > 0 ? fmt::format(", and {} messages", messages) : "";
  if (beats.empty()) { return fmt::format("no heartbeat in {:.1f} s{}", watched_s, besides); }
  std::string text(to_string(beats.front().kind));
  if (beats.size() == 1) {
    return text + fmt::format(" after {:.1f} s, one in {:.1f} s{}", beats.front().at_s, watched_s, besides);
  }
  text += fmt::format(" every {:.1f} s", period_s());
  return text + (beats.size() == 2 ? "" : fmt::format(" (+-{:.1f} s)", jitter_s())) + besides;
}

std::chrono::milliseconds watch_span(const Probe& probe) {
  const Target& target = probe.target();
  if (target.hold.count() > 0) { return target.hold; }
  if (!target.profile.idle_budget_seconds) { return kQuickWatch; }
  const auto beyond = Seconds(*target.profile.idle_budget_seconds * kBeyondBudget);
  return std::min(kQuickWatch, std::chrono::duration_cast<std::chrono::milliseconds>(beyond));
}

WatchOrFinding watch_idle_stream(Probe& probe, AtEnd at_end) {
  auto open = open_idle_stream(probe);
  if (!open) { return tl::unexpected(std::move(open.error())); }
  probe.pin_request(open->stream().exchange().request);
  return Watching(probe, *open, at_end).go();
}

}  // namespace weir::conformance
