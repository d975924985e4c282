#include "reports/judge/measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <utility>

#include "wire/base/nearest.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

using Value = std::function<std::optional<Measured>(const Scope&)>;

struct Measure {
  std::string name;
  Unit unit;
  std::string help;
  Value of;
};

/// Times of which percentiles can be asked for: NAME_p99, NAME_max ...
struct Distribution {
  std::string_view name;
  std::string_view help;
  Histogram (*of)(const Scope&);
  std::optional<Open> open = std::nullopt;  ///< What of it goes on counts for the maximum, as long as it is now.
};

template <Timer kTimer>
Histogram timer_of(const Scope& scope) {
  return scope.timer(kTimer);
}
template <ConnectPhase kPhase>
Histogram connect_of(const Scope& scope) {
  return scope.connect(kPhase);
}

constexpr std::array kDistributions = {
    Distribution{"connect_dns", "time to look the name up", connect_of<ConnectPhase::dns>},
    Distribution{"connect_tcp", "time of the TCP handshake", connect_of<ConnectPhase::tcp>},
    Distribution{"connect_tls", "time of the TLS handshake", connect_of<ConnectPhase::tls>},
    Distribution{"connect_headers", "request to the whole response head", connect_of<ConnectPhase::headers>},
    Distribution{"connect_first_event", "request to the first event", connect_of<ConnectPhase::first_event>},
    Distribution{"connect_endpoint", "request to the endpoint event (http-sse)", connect_of<ConnectPhase::endpoint>},
    Distribution{"connect_initialize", "time of the initialize handshake", connect_of<ConnectPhase::initialize>},
    Distribution{"reconnect",
                 "end of a stream to the next one in its place, waiting included; max: or until now, where "
                 "none came yet",
                 timer_of<Timer::reconnect_duration>, Open::reconnect},
    Distribution{"heartbeat_gap", "between heartbeats of one stream; max: or from the latest until now",
                 timer_of<Timer::heartbeat_gap>, Open::heartbeat_gap},
    Distribution{"byte_gap", "between reads of one stream that brought bytes; max: or from the latest until now",
                 timer_of<Timer::byte_gap>, Open::byte_gap},
    Distribution{"event_gap", "between events of one stream, pings left out; max: or from the latest until now",
                 timer_of<Timer::event_gap>, Open::event_gap},
    Distribution{"stream_age", "age of streams that were dropped; where none was, of those that ended rightly",
                 [](const Scope& scope) { return scope.age(); }},
    Distribution{"delivery_delay", "sent (sent_at) to received", timer_of<Timer::delivery_delay>},
    Distribution{"call_latency", "intended start of a call to its answer, or until it was given up",
                 [](const Scope& scope) { return scope.call_latency(); }},
    Distribution{"client_lag", "received by the kernel to read by us: our own saturation", timer_of<Timer::client_lag>},
    Distribution{"schedule_lag", "intended to actual start of opens and calls: our own saturation",
                 timer_of<Timer::schedule_lag>},
    Distribution{"open_queue", "wait of opens while as many as may be were under way: the target's slowness",
                 timer_of<Timer::open_queue>},
};

Measured count(std::uint64_t n, std::string basis = "") { return {static_cast<double>(n), std::move(basis)}; }

std::optional<Measured> ratio(std::uint64_t part, std::uint64_t whole, std::string_view what) {
  if (whole == 0) { return std::nullopt; }
  return Measured{static_cast<double>(part) / static_cast<double>(whole),
                  fmt::format("{} of {}", wire::grouped(part), counted(whole, what))};
}

using Reasons = std::vector<std::pair<std::string_view, std::uint64_t>>;

/// A share of what went wrong, with what it most came to: "27 of 67 attempts: 20 http_429, 7 refused".
std::optional<Measured> because(std::optional<Measured> share, Reasons reasons) {
  constexpr std::size_t kNamed = 2;
  if (!share) { return share; }
  std::erase_if(reasons, [](const auto& one) { return one.second == 0; });
  std::sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (reasons.size() > kNamed) { reasons.resize(kNamed); }
  std::string_view before = ": ";
  for (const auto& [name, count] : reasons) {
    share->basis += fmt::format("{}{} {}", std::exchange(before, ", "), wire::grouped(count), name);
  }
  return share;
}

Reasons why_dropped(const Scope& scope) {
  Reasons out;
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    const auto reason = static_cast<EndReason>(i);
    if (is_drop(reason)) { out.emplace_back(to_string(reason), scope.ends(reason)); }
  }
  out.emplace_back(to_string(Counter::polls_failed), scope.sum(Counter::polls_failed));
  return out;
}

Reasons why_not_opened(const Scope& scope) {
  Reasons out;
  for (std::size_t i = 0; i < kOpenFailures; ++i) {
    const auto failure = static_cast<OpenFailure>(i);
    out.emplace_back(to_string(failure), scope.failed(failure));
  }
  return out;
}

/// A second answer is counted beside what the first one was, and what was merely under way at the end is not judged.
bool is_failure(CallOutcome outcome) {
  return outcome != CallOutcome::ok && outcome != CallOutcome::duplicate && outcome != CallOutcome::unfinished;
}

Reasons why_not_answered(const Scope& scope) {
  Reasons out;
  for (std::size_t i = 0; i < kCallOutcomes; ++i) {
    const auto outcome = static_cast<CallOutcome>(i);
    if (is_failure(outcome)) { out.emplace_back(to_string(outcome), scope.outcome(outcome)); }
  }
  for (const auto cause : {DropCause::no_stream, DropCause::in_flight}) {
    out.emplace_back(to_string(cause), scope.dropped(cause));
  }
  return out;
}

std::uint64_t opened(const Scope& scope) { return scope.sum(Counter::streams_opened); }
/// Whether there was a stream that could have ended or brought something.
bool had_streams(const Scope& scope) { return scope.at_risk() > 0 || scope.open.peak > 0; }
std::uint64_t attempts(const Scope& scope) { return opened(scope) + scope.open_failures(); }

Value when(bool (*possible)(const Scope&), std::function<std::uint64_t(const Scope&)> of) {
  return [possible, of = std::move(of)](const Scope& scope) -> std::optional<Measured> {
    if (!possible(scope)) { return std::nullopt; }
    return count(of(scope));
  };
}
bool tried(const Scope& scope) { return attempts(scope) > 0; }
bool sequenced(const Scope& scope) { return scope.sum(Counter::events_sequenced) > 0; }
/// What streams missed that came back without an id is not known, so that nothing can be said of all of them.
bool losses_known(const Scope& scope) { return sequenced(scope) && scope.sum(Counter::reconnects_blind) == 0; }
bool stamped(const Scope& scope) {
  return !scope.timer(Timer::delivery_delay).empty() || scope.sum(Counter::events_ahead) > 0;
}
bool called(const Scope& scope) { return scope.calls_judged() > 0; }

std::optional<Measured> rate(const Scope& scope, std::uint64_t n, std::string_view what) {
  if (scope.seconds() <= 0) { return std::nullopt; }
  return Measured{static_cast<double>(n) / scope.seconds(),
                  fmt::format("{} in {}", counted(n, what), readable_seconds(scope.seconds()))};
}

std::uint64_t answered(const Scope& scope) {
  return scope.calls_judged() - scope.outcome(CallOutcome::timeout) - scope.outcome(CallOutcome::lost) -
         scope.outcome(CallOutcome::connect) - scope.dropped(DropCause::no_stream) -
         scope.dropped(DropCause::in_flight);
}

/// Who waits to come back for longer than anybody took has not come back, though nothing has failed yet.
std::optional<Measured> reconnect_ratio(const Scope& s) {
  const std::uint64_t good = s.sum(Counter::reconnects_ok), waiting = s.sum(Counter::returns_waiting);
  const std::uint64_t all = good + s.sum(Counter::reconnects_failed) + waiting;
  if (all == 0) {
    return had_streams(s) ? std::optional(Measured{1, fmt::format("no {} had to", s.held)}) : std::nullopt;
  }
  auto share = ratio(good, all, "attempt");
  if (share && waiting > 0) { share->basis += fmt::format(", {} wait still", wire::grouped(waiting)); }
  return share;
}

/// Over the wanted streams that were open: none of the measures of streams where there was none.
std::vector<Measure> stream_measures() {
  std::vector<Measure> out = {
      {"stream_drops", Unit::count,
       "streams that ended other than by us, by the answer that they were for, or to be polled",
       when(had_streams, &Scope::drops)},
      {"stream_drop_ratio", Unit::ratio, "likewise, over the streams that were open at the start or opened since",
       [](const Scope& s) { return because(ratio(s.drops(), s.at_risk(), s.held), why_dropped(s)); }},
      {"drops_per_1000_stream_hours", Unit::number,
       "likewise, over the time that streams were held: runs compare by it",
       [](const Scope& s) -> std::optional<Measured> {
         const double hours = s.stream_hours();
         if (hours <= 0) { return std::nullopt; }
         return Measured{
             static_cast<double>(s.drops()) * 1000 / hours,
             fmt::format("{} in {} {}-hours", counted(s.drops(), "drop"), readable(Unit::number, hours), s.held)};
       }},
      {"streams_held_ratio", Unit::ratio,
       "the most streams held in any second (open, or to be polled), over the most wanted for more than a second",
       [](const Scope& s) -> std::optional<Measured> {
         if (s.open.wanted <= 0) { return s.everything ? std::optional(Measured{1, "none was wanted"}) : std::nullopt; }
         if (s.open.due <= 0) { return Measured{1, "none was wanted for more than a second"}; }
         const auto due = static_cast<std::uint64_t>(s.open.due);
         return ratio(std::min(static_cast<std::uint64_t>(s.open.held), due), due, s.held);
       }},
      {"streams_open_min", Unit::count,
       "the fewest streams held in any second, since as many as wanted were for the first time; no sample where they "
       "never were",
       [](const Scope& s) -> std::optional<Measured> {
         if (s.open.least < 0) { return std::nullopt; }
         return Measured{static_cast<double>(s.open.least),
                         fmt::format("of {} wanted", wire::grouped(static_cast<std::uint64_t>(s.open.wanted)))};
       }},
      {"streams_open_ratio_min", Unit::ratio, "likewise, as a share of those wanted at the time",
       [](const Scope& s) -> std::optional<Measured> {
         if (s.open.least < 0) { return std::nullopt; }
         return Measured{s.open.least_ratio, ""};
       }},
      {"streams_open_max", Unit::count, "the most streams open in any second",
       when(tried, [](const Scope& s) { return static_cast<std::uint64_t>(s.open.peak); })},
      {"streams_silent_30s", Unit::count, "the most streams open in any second that had brought no byte for so long",
       when(had_streams, [](const Scope& s) { return static_cast<std::uint64_t>(s.open.silent[0]); })},
      {"streams_silent_60s", Unit::count, "likewise",
       when(had_streams, [](const Scope& s) { return static_cast<std::uint64_t>(s.open.silent[1]); })},
      {"streams_silent_120s", Unit::count, "likewise",
       when(had_streams, [](const Scope& s) { return static_cast<std::uint64_t>(s.open.silent[2]); })},
      {"streams_ceased", Unit::count,
       "streams that had fallen silent when we closed them: after a rhythm of heartbeats for four times as long as "
       "ever before, of events for six times",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::streams_ceased); })},
      {"streams_ceased_ratio", Unit::ratio, "likewise, over the streams that were open at the start or opened since",
       [](const Scope& s) {
         auto share = ratio(s.sum(Counter::streams_ceased), s.at_risk(), s.held);
         if (share && share->value > 0) { share->basis += " fell silent after a rhythm"; }
         return share;
       }},
      {"events_ceased", Unit::count,
       "streams whose events had ceased when we closed them, after a rhythm, while heartbeats went on",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::events_ceased); })},
      {"streams_mute", Unit::count,
       "streams that had not brought a byte when we closed them, after five seconds at least",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::streams_mute); })},
      {"idle_cuts", Unit::count, "streams cut after their longest silence",
       when(had_streams, [](const Scope& s) { return s.ends(EndReason::idle_cut); })},
      {"open_failures", Unit::count, "attempts that gave no stream, reconnects included",
       when(tried, &Scope::open_failures)},
      {"open_failure_ratio", Unit::ratio, "attempts that gave no stream, over all attempts, reconnects included",
       [](const Scope& s) { return because(ratio(s.open_failures(), attempts(s), "attempt"), why_not_opened(s)); }},
      {"opens_per_second", Unit::per_second, "streams opened, reconnects included",
       [](const Scope& s) { return tried(s) ? rate(s, opened(s), s.held) : std::nullopt; }},
      {"reconnects_failed", Unit::count, "attempts to come back that failed",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::reconnects_failed); })},
      {"reconnect_ratio", Unit::ratio,
       "attempts to come back that gave a stream, over all and those that were still to be made when the run ended; 1 "
       "where none had to",
       reconnect_ratio},
      {"reconnects_blind", Unit::count,
       "streams that came back without a last id: what numbers they missed is not known",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::reconnects_blind); })},
      {"polls_failed", Unit::count,
       "streams that the server ended to be polled, and that it did not take up again: drops",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::polls_failed); })},
      {"polls_late", Unit::count,
       "streams that the server ended to be polled after the end of the run: nobody held them",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::polls_late); })},
      {"polls_resumed_ratio", Unit::ratio,
       "streams taken up again after their last id, over those that came back from being polled; 1 where none had to",
       [](const Scope& s) -> std::optional<Measured> {
         const std::uint64_t good = s.sum(Counter::polls_resumed);
         const std::uint64_t all = good + s.sum(Counter::polls_failed);
         if (all == 0) {
           return had_streams(s) ? std::optional(Measured{1, fmt::format("no {} had to", s.held)}) : std::nullopt;
         }
         return ratio(good, all, s.held);
       }},
      {"sessions_lost", Unit::count, "sessions that the server no longer knew (404)",
       when(had_streams, [](const Scope& s) { return s.sum(Counter::sessions_lost); })},
      {"invariant_broken", Unit::count,
       "streams with neither a live socket nor a scheduled reconnect: a mistake of ours",
       when(tried, [](const Scope& s) { return s.sum(Counter::invariant_broken); })},
      {"rss_per_stream", Unit::bytes, "memory of all workers over the streams open, when the most were",
       [](const Scope& s) -> std::optional<Measured> {
         const WorkerUse& use = s.span->workers;
         if (!s.everything || use.rss_at_peak_open_bytes <= 0 || s.open.peak <= 0) { return std::nullopt; }
         return Measured{static_cast<double>(use.rss_at_peak_open_bytes) / static_cast<double>(s.open.peak),
                         counted(static_cast<std::uint64_t>(s.open.peak), s.held)};
       }},
  };
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    const auto reason = static_cast<EndReason>(i);
    out.push_back({fmt::format("ends_{}", to_string(reason)), Unit::count, "streams that ended so",
                   when(had_streams, [reason](const Scope& s) { return s.ends(reason); })});
  }
  return out;
}

void append_event_measures(std::vector<Measure>& out) {
  const auto counter = [&](std::string name, std::string help, bool (*possible)(const Scope&), Counter which) {
    out.push_back({std::move(name), Unit::count, std::move(help),
                   when(possible, [which](const Scope& s) { return s.sum(which); })});
  };
  counter("events", "events received", had_streams, Counter::events);
  counter("heartbeats", "comments and pings of the server", had_streams, Counter::heartbeats);
  counter("events_lost",
          "sequence numbers that never came; no sample where no event had one, or a stream came back without an id",
          losses_known, Counter::events_lost);
  counter("events_repeated", "events whose sequence number had come before; likewise", sequenced,
          Counter::events_repeated);
  counter("events_out_of_order", "events that came after a later one; likewise", sequenced,
          Counter::events_out_of_order);
  counter("events_coalesced", "events held back and sent on together; no sample where no event had a time", stamped,
          Counter::events_coalesced);
  counter("events_ahead", "events that say they were sent after they came: a clock is wrong; likewise", stamped,
          Counter::events_ahead);
  out.push_back({"events_lost_ratio", Unit::ratio, "events lost, over those lost and those that came with a number",
                 [](const Scope& s) {
                   const std::uint64_t lost = s.sum(Counter::events_lost);
                   return losses_known(s) ? ratio(lost, lost + s.sum(Counter::events_sequenced), "event")
                                          : std::nullopt;
                 }});
  out.push_back({"events_repeated_ratio", Unit::ratio, "events that came again, over those that came with a number",
                 [](const Scope& s) {
                   return ratio(s.sum(Counter::events_repeated), s.sum(Counter::events_sequenced), "event");
                 }});
  out.push_back({"events_per_second", Unit::per_second, "events received", [](const Scope& s) {
                   return had_streams(s) ? rate(s, s.sum(Counter::events), "event") : std::nullopt;
                 }});
}

/// What calls failed of, and whether it was that the server forgot their sessions.
std::optional<Measured> because_of_calls(const Scope& scope, std::optional<Measured> share) {
  share = because(std::move(share), why_not_answered(scope));
  const std::uint64_t lost = scope.sum(Counter::sessions_lost);
  if (share && lost > 0 && scope.outcome(CallOutcome::http_4xx) > 0) {
    share->basis += fmt::format("; {} lost (404)", counted(lost, "session"));
  }
  return share;
}

void append_call_measures(std::vector<Measure>& out) {
  out.push_back({"calls_ok_ratio", Unit::ratio, "calls answered well, over all that were due", [](const Scope& s) {
                   return because_of_calls(s, ratio(s.outcome(CallOutcome::ok), s.calls_judged(), "call"));
                 }});
  out.push_back(
      {"calls_failed_ratio", Unit::ratio, "calls not answered well, over all that were due", [](const Scope& s) {
         const auto failed = s.calls_judged() - s.outcome(CallOutcome::ok);
         return because_of_calls(s, ratio(failed, s.calls_judged(), "call"));
       }});
  out.push_back({"calls_duplicate_ratio", Unit::ratio, "answers that came again, over all calls that were due",
                 [](const Scope& s) { return ratio(s.outcome(CallOutcome::duplicate), s.calls_judged(), "call"); }});
  out.push_back(
      {"calls_not_sent", Unit::count,
       "calls that were due but for which there was no stream, or too many "
       "were in flight",
       when(called, [](const Scope& s) { return s.dropped(DropCause::no_stream) + s.dropped(DropCause::in_flight); })});
  out.push_back({"calls_per_second", Unit::per_second, "calls answered, well or not",
                 [](const Scope& s) { return called(s) ? rate(s, answered(s), "call") : std::nullopt; }});
  for (std::size_t i = 0; i < kCallOutcomes; ++i) {
    const auto outcome = static_cast<CallOutcome>(i);
    out.push_back({fmt::format("calls_{}", to_string(outcome)), Unit::count, "calls with this outcome",
                   when(called, [outcome](const Scope& s) { return s.outcome(outcome); })});
  }
}

const std::vector<Measure>& measures() {
  static const std::vector<Measure> kMeasures = [] {
    std::vector<Measure> out = stream_measures();
    append_event_measures(out);
    append_call_measures(out);
    for (std::size_t i = 0; i < kOpenFailures; ++i) {
      const auto failure = static_cast<OpenFailure>(i);
      out.push_back({fmt::format("open_failures_{}", to_string(failure)), Unit::count, "attempts that failed so",
                     when(tried, [failure](const Scope& s) { return s.failed(failure); })});
    }
    return out;
  }();
  return kMeasures;
}

Measured read(const MeasureRef& measure, const Histogram& histogram, std::uint64_t longest) {
  double nanos = 0;
  if (measure.quantile >= 0) {
    nanos = static_cast<double>(histogram.quantile(measure.quantile));
  } else if (measure.stat == "max" && longest > histogram.max()) {
    return {wire::seconds_of(longest), "one that had not ended"};
  } else if (measure.stat == "max") {
    nanos = static_cast<double>(histogram.max());
  } else if (measure.stat == "min") {
    nanos = static_cast<double>(histogram.min());
  } else {
    nanos = histogram.mean();
  }
  return {nanos / 1e9, counted(histogram.count(), "sample")};
}

/// "p99", "p99.9", "max": fills the reference in.
bool take_stat(std::string_view text, MeasureRef& ref) {
  for (const std::string_view stat : {"max", "min", "mean"}) {
    if (text == stat) {
      ref.stat = stat;
      return true;
    }
  }
  if (!text.starts_with('p')) { return false; }
  text.remove_prefix(1);
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !(percent > 0 && percent <= 100)) { return false; }
  ref.quantile = percent / 100;
  return true;
}

}  // namespace

std::optional<MeasureRef> find_measure(std::string_view name) {
  const auto& all = measures();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) { return MeasureRef{std::string(name), all[i].unit, i}; }
  }
  for (std::size_t i = 0; i < kDistributions.size(); ++i) {
    const std::string_view base = kDistributions[i].name;
    if (!name.starts_with(base) || name.size() < base.size() + 2 || name[base.size()] != '_') { continue; }
    MeasureRef ref{std::string(name), Unit::seconds, i, true};
    if (take_stat(name.substr(base.size() + 1), ref)) { return ref; }
  }
  return std::nullopt;
}

std::optional<Measured> evaluate(const MeasureRef& measure, const Scope& scope) {
  if (!measure.distribution) { return measures()[measure.row].of(scope); }
  const Distribution& distribution = kDistributions[measure.row];
  const Histogram histogram = distribution.of(scope);
  const std::uint64_t longest = distribution.open ? scope.longest(*distribution.open) : 0;
  if (histogram.empty() && (longest == 0 || measure.stat != "max")) { return std::nullopt; }
  return read(measure, histogram, longest);
}

std::vector<std::string> measure_names() {
  std::vector<std::string> out;
  for (const Measure& measure : measures()) { out.push_back(measure.name); }
  for (const Distribution& one : kDistributions) {
    for (const std::string_view stat : {"p50", "p90", "p95", "p99", "p99.9", "max", "min", "mean"}) {
      out.push_back(fmt::format("{}_{}", one.name, stat));
    }
  }
  return out;
}

std::string nearest_measure(std::string_view wrong) {
  const std::vector<std::string> names = measure_names();
  return std::string(wire::nearest(wrong, names));
}

std::vector<MeasureRow> measure_rows() {
  std::vector<MeasureRow> out;
  for (const Measure& measure : measures()) { out.push_back({measure.name, measure.unit, measure.help}); }
  for (const Distribution& one : kDistributions) {
    out.push_back({fmt::format("{}_STAT", one.name), Unit::seconds, std::string(one.help)});
  }
  return out;
}

}  // namespace weir::reports::load
