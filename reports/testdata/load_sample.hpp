// A load run with one of everything, for the golden files and the tests of load reports.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "reports/judge/accumulator.hpp"
#include "reports/judge/threshold.hpp"
#include "reports/measure/journal.hpp"

namespace weir::reports::load {

constexpr std::uint64_t kSampleSecond = 1'000'000'000;
constexpr std::uint64_t kSampleMs = 1'000'000;

struct SampleRun {
  RunInfo run;
  Layout layout{{{"watchers", {"echo", "search|it"}}, {"idlers", {}}}};
  std::vector<PhaseInfo> phases = {{"ramp", "ramp", 0, 10 * 1'000'000'000LL, 1000},
                                   {"hold", "hold", 10 * 1'000'000'000LL, 100 * 1'000'000'000LL, 1000},
                                   {"after deploy", "reconnect", 100 * 1'000'000'000LL, 120 * 1'000'000'000LL, 1000}};
  std::vector<Snapshot> seconds;
  std::vector<Incident> incidents;
  std::vector<std::string> invalid;
  bool interrupted = false;
  bool complete = true;

  /// Tells it in its order, as a supervisor does: a step of a search is judged at its end.
  void tell(RunEvents& to, const Accumulator& judge) const {
    std::size_t begun = 0;
    const auto begin_until = [&](std::size_t count) {
      for (; begun < std::min(count, phases.size()); ++begun) {
        if (begun > 0 && phases[begun - 1].kind == "search") { to.judged(judge.judge_step()); }
        to.begin(phases[begun]);
      }
    };
    const bool ends = complete || interrupted;
    const std::int64_t last_end = phases.empty() ? -1 : phases.back().end_ns;
    const std::int64_t closing = last_end >= 0        ? last_end
                                 : seconds.size() < 2 ? limits::kTimeNs
                                                      : seconds[seconds.size() - 2].at_ns;
    bool closed = false;
    for (const Snapshot& second : seconds) {
      begin_until(second.phase + 1);
      if (ends && !closed && second.at_ns > closing) {
        closed = true;
        if (!interrupted && phases.back().kind == "search") { to.judged(judge.judge_step()); }
        to.closing({closing, interrupted});
      }
      to.second(second);
    }
    begin_until(phases.size());
    if (ends && !closed) {
      if (!interrupted && !phases.empty() && phases.back().kind == "search") { to.judged(judge.judge_step()); }
      to.closing({closing, interrupted || last_end < 0});
    }
    for (const Incident& incident : incidents) { to.incident(incident); }
    for (const std::string& why : invalid) { to.invalid({0, why}); }
    if (complete) { to.end(interrupted); }
  }

  LoadResults summarize() const {
    Accumulator accumulator(run, layout);
    tell(accumulator, accumulator);
    return accumulator.results();
  }
};

/// A span of the run as every second has it; `open` of both populations together.
inline Snapshot sample_second(const Layout& layout, std::uint32_t phase, std::int64_t at_seconds,
                              std::int64_t span_seconds, std::int64_t open) {
  Snapshot out(layout);
  out.at_ns = at_seconds * static_cast<std::int64_t>(kSampleSecond);
  out.span_ns = span_seconds * static_cast<std::int64_t>(kSampleSecond);
  out.phase = phase;
  for (std::size_t i = 0; i < out.populations.size(); ++i) {
    auto& numbers = out.populations[i];
    numbers[Gauge::streams_target] = i == 0 ? 750 : 250;
    numbers[Gauge::streams_open] = i == 0 ? open * 3 / 4 : open - open * 3 / 4;
  }
  out[WorkerGauge::alive] = 2;
  out[WorkerGauge::rss_bytes] = 24 * 1024 * 1024;
  out[WorkerGauge::cpu_user_ns] = at_seconds * 150'000'000;
  out[WorkerGauge::cpu_system_ns] = at_seconds * 50'000'000;
  return out;
}

inline void sample_times(Histogram& histogram, std::uint64_t from_ns, std::uint64_t to_ns, std::uint64_t samples) {
  for (std::uint64_t i = 0; i < samples; ++i) { histogram.record(from_ns + (to_ns - from_ns) * i / (samples - 1)); }
}

inline void sample_opening(PopulationNumbers& numbers, std::uint64_t streams) {
  numbers[Counter::opens_intended] += streams;
  numbers[Counter::streams_opened] += streams;
  for (const auto phase : {ConnectPhase::tcp, ConnectPhase::tls, ConnectPhase::headers}) {
    sample_times(numbers.connect[static_cast<std::size_t>(phase)], kSampleMs, 20 * kSampleMs, streams);
  }
  sample_times(numbers[Timer::schedule_lag], 1'000, 90'000, streams);
}

/// Ramp, hold with 57 idle cuts at 60 s, and everybody's reconnect; calls to two tools beside it.
inline SampleRun sample_run() {
  SampleRun out;
  out.run = {.tool_version = "0.1.0",
             .kernel = "Linux 6.1.0 x86_64",
             .run_id = "4f2a91c05e6d",
             .started_at = "2026-01-02T03:04:05Z",
             .start_unix_ns = 1'767'323'045'000'000'000,
             .utc_offset_s = 3'600,
             .labels = {{"commit", "4f2a91c"}, {"stage", "a b"}},
             .target_name = "payments-staging",
             .target_url = "https://mcp.example.com/mcp",
             .server = {"payments", "2.1.0", "2025-06-18"},
             .scenario = "soak.yaml",
             .scenario_text = "target:\n  url: \"https://mcp.example.com/mcp\"\n",
             .scenario_hash = "9b3c2f60d4e1a875",
             .command = "weir-loadgen run soak.yaml --seed 42",
             .seed = 42,
             .shard = {.index = 0, .count = 4, .late_ns = 0, .merged = {}},
             .workers = 2,
             .tls_verified = false};
  for (const char* text : {"stream_drop_ratio < 1%", "call_latency_p99 of watchers for echo < 500ms",
                           "heartbeat_gap_max in hold < 20s", "events_coalesced in hold == 0"}) {
    out.run.thresholds.push_back(parse_threshold(text).value());
  }
  Snapshot ramp = sample_second(out.layout, 0, 10, 10, 1000);
  sample_opening(ramp.populations[0], 750);
  sample_opening(ramp.populations[1], 250);
  ramp.populations[0].open_failures[static_cast<std::size_t>(OpenFailure::http_503)] = 3;

  Snapshot hold = sample_second(out.layout, 1, 60, 50, 1000);
  auto& watchers = hold.populations[0];
  watchers[Counter::events] = 12'000;
  watchers[Counter::events_sequenced] = 12'000;
  watchers[Counter::events_lost] = 4;
  watchers[Counter::events_repeated] = 1;
  watchers[Counter::heartbeats] = 3'000;
  watchers[Counter::bytes] = 1'500'000;
  sample_times(watchers[Timer::heartbeat_gap], 14'900 * kSampleMs, 15'200 * kSampleMs, 3'000);
  sample_times(watchers[Timer::client_lag], 2'000, 40'000, 12'000);
  auto& echo = watchers.tools[0];
  echo.intended = 2'500;
  echo.outcomes[static_cast<std::size_t>(CallOutcome::ok)] = 2'497;
  echo.outcomes[static_cast<std::size_t>(CallOutcome::timeout)] = 1;
  echo.outcomes[static_cast<std::size_t>(CallOutcome::http_503)] = 2;
  sample_times(echo.duration, 3 * kSampleMs, 80 * kSampleMs, 2'499);
  watchers.tools[1].intended = 10;
  watchers.tools[1].dropped[static_cast<std::size_t>(DropCause::no_stream)] = 10;

  Snapshot cut = sample_second(out.layout, 1, 100, 40, 943);
  auto& idlers = cut.populations[1];
  constexpr auto kIdle = static_cast<std::size_t>(EndReason::idle_cut);
  idlers.ends[kIdle] = 57;
  sample_times(idlers.idle_age[kIdle], 59'900 * kSampleMs, 60'200 * kSampleMs, 57);
  sample_times(idlers.age[kIdle], 60'000 * kSampleMs, 61'000 * kSampleMs, 57);
  cut[WorkerGauge::cpu_user_ns] += 20 * static_cast<std::int64_t>(kSampleSecond);

  Snapshot drop = sample_second(out.layout, 2, 110, 10, 1000);
  drop[WorkerGauge::cpu_user_ns] += 20 * static_cast<std::int64_t>(kSampleSecond);
  constexpr auto kClient = static_cast<std::size_t>(EndReason::client);
  for (auto& numbers : drop.populations) {
    const std::uint64_t streams = &numbers == drop.populations.data() ? 750 : 250;
    numbers.ends[kClient] = streams;
    sample_times(numbers.age[kClient], 90 * kSampleSecond, 100 * kSampleSecond, streams);
    numbers[Counter::streams_opened] = streams;
    numbers[Counter::reconnects_ok] = streams;
    numbers[Counter::reconnects_failed] = 2;
    sample_times(numbers[Timer::reconnect_duration], 10 * kSampleMs, 1'900 * kSampleMs, streams);
  }
  Snapshot last = sample_second(out.layout, 2, 121, 11, 0);
  last[WorkerGauge::cpu_user_ns] += 20 * static_cast<std::int64_t>(kSampleSecond);
  for (auto& numbers : last.populations) { numbers.ends[kClient] = numbers[Gauge::streams_target]; }

  for (Snapshot* second : {&ramp, &hold, &cut, &drop, &last}) { out.seconds.push_back(std::move(*second)); }
  out.incidents = {{61'500'000'000, "the endpoint's address changed to 203.0.113.7 \x1b[1m<b>"}};
  return out;
}

/// Tells a judge and a journal, as a supervisor does.
class JudgedAndKept final : public RunEvents {
 public:
  JudgedAndKept(Accumulator& judge, JournalWriter& journal) : judge_(judge), kept_(journal) {}
  void begin(const PhaseInfo& phase) override { tell(phase, &RunEvents::begin); }
  void second(const Snapshot& second) override { tell(second, &RunEvents::second); }
  void incident(const Incident& incident) override { tell(incident, &RunEvents::incident); }
  void invalid(const Incident& why) override { tell(why, &RunEvents::invalid); }
  void judged(const SearchStep& step) override { tell(step, &RunEvents::judged); }
  void closing(const Closing& closing) override { tell(closing, &RunEvents::closing); }
  void end(bool interrupted) override { tell(interrupted, &RunEvents::end); }
  const std::string& problem() const { return kept_.problem(); }

 private:
  template <class Item, class Told>
  void tell(const Item& item, void (RunEvents::*to)(Told)) {
    (judge_.*to)(item);
    (kept_.*to)(item);
  }
  RunEvents& judge_;
  JournalledEvents kept_;
};

/// The journal that the supervisor of such a run would leave.
inline void write_sample_journal(const SampleRun& run, const std::string& path) {
  auto writer = JournalWriter::create(path, {run.run, run.layout, {}});
  ASSERT_TRUE(writer) << writer.error();
  Accumulator judge(run.run, run.layout);
  JudgedAndKept events(judge, *writer);
  run.tell(events, judge);
  ASSERT_EQ(events.problem(), "");
}

}  // namespace weir::reports::load
