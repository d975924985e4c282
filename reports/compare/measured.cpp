#include "reports/compare/measured.hpp"

namespace weir::reports::compare {
namespace {

using namespace load;

template <Timer kTimer>
Histogram timer_of(const Scope& scope) {
  return scope.timer(kTimer);
}
template <ConnectPhase kPhase>
Histogram connect_of(const Scope& scope) {
  return scope.connect(kPhase);
}
template <Counter kCounter>
double sum_of(const PartOfBlock& part) {
  return static_cast<double>(part.scope.sum(kCounter));
}

double stream_hours(const PartOfBlock& part) { return part.scope.stream_hours(); }
double drops(const PartOfBlock& part) { return static_cast<double>(part.scope.drops()); }
double idle_cuts(const PartOfBlock& part) { return static_cast<double>(part.scope.ends(EndReason::idle_cut)); }
double open_failures(const PartOfBlock& part) { return static_cast<double>(part.scope.open_failures()); }
double attempts(const PartOfBlock& part) { return open_failures(part) + sum_of<Counter::streams_opened>(part); }
double reconnects(const PartOfBlock& part) {
  return sum_of<Counter::reconnects_ok>(part) + sum_of<Counter::reconnects_failed>(part);
}
double calls(const PartOfBlock& part) { return static_cast<double>(part.scope.calls_judged()); }
double calls_failed(const PartOfBlock& part) {
  return calls(part) - static_cast<double>(part.scope.outcome(CallOutcome::ok));
}
double calls_not_sent(const PartOfBlock& part) {
  return static_cast<double>(part.scope.dropped(DropCause::no_stream) + part.scope.dropped(DropCause::in_flight));
}
double calls_ok(const PartOfBlock& part) { return static_cast<double>(part.scope.outcome(CallOutcome::ok)); }
double seconds(const PartOfBlock& part) { return part.scope.seconds(); }
/// Those that came and those that did not, where events are numbered.
double events_expected(const PartOfBlock& part) {
  return sum_of<Counter::events_sequenced>(part) + sum_of<Counter::events_lost>(part);
}
double open(const PartOfBlock& part) { return part.block->open[part.part->index]; }
double wanted(const PartOfBlock& part) { return part.block->wanted[part.part->index]; }

}  // namespace

std::string Part::name() const { return tool.empty() ? population : population + ", " + tool; }

std::vector<Part> parts_of(const Layout& layout) {
  std::vector<Part> out{{}};
  std::size_t tools = 0;
  for (const auto& population : layout.populations) { tools += population.tools.size(); }
  for (std::size_t i = 0; i < layout.populations.size(); ++i) {
    const auto& population = layout.populations[i];
    if (layout.populations.size() > 1) { out.push_back({population.name, "", i + 1}); }
    for (const std::string& tool : population.tools) {
      if (tools > 1) { out.push_back({population.name, tool, i + 1}); }
    }
  }
  return out;
}

const std::vector<TimedRow>& timed_rows() {
  static const std::vector<TimedRow> kRows = {
      {"connect_dns", connect_of<ConnectPhase::dns>},
      {"connect_tcp", connect_of<ConnectPhase::tcp>},
      {"connect_tls", connect_of<ConnectPhase::tls>},
      {"connect_headers", connect_of<ConnectPhase::headers>},
      {"connect_first_event", connect_of<ConnectPhase::first_event>},
      {"connect_endpoint", connect_of<ConnectPhase::endpoint>},
      {"connect_initialize", connect_of<ConnectPhase::initialize>},
      {"open_queue", timer_of<Timer::open_queue>},
      {"reconnect", timer_of<Timer::reconnect_duration>},
      {"heartbeat_gap", timer_of<Timer::heartbeat_gap>, true},
      {"byte_gap", timer_of<Timer::byte_gap>, true},
      {"delivery_delay", timer_of<Timer::delivery_delay>, true},
      {"call_latency", [](const Scope& scope) { return scope.call_latency(); }, true, true},
  };
  return kRows;
}

const std::vector<CountedRow>& counted_rows() {
  using enum CountedRow::Kind;
  static const std::vector<CountedRow> kRows = {
      {"drops_per_1000_stream_hours", Unit::number, bad, 1000, drops, stream_hours},
      {"idle_cuts_per_1000_stream_hours", Unit::number, bad, 1000, idle_cuts, stream_hours},
      {"sessions_lost_per_1000_stream_hours", Unit::number, bad, 1000, sum_of<Counter::sessions_lost>, stream_hours},
      {"open_failure_ratio", Unit::ratio, bad, 1, open_failures, attempts},
      {"reconnects_failed_ratio", Unit::ratio, bad, 1, sum_of<Counter::reconnects_failed>, reconnects},
      {"events_lost_ratio", Unit::ratio, bad, 1, sum_of<Counter::events_lost>, events_expected},
      {"events_repeated_ratio", Unit::ratio, bad, 1, sum_of<Counter::events_repeated>, events_expected},
      {"events_out_of_order_ratio", Unit::ratio, bad, 1, sum_of<Counter::events_out_of_order>, events_expected},
      {"calls_failed_ratio", Unit::ratio, bad, 1, calls_failed, calls, true},
      {"calls_not_sent_ratio", Unit::ratio, bad, 1, calls_not_sent, calls, true},
      {"streams_open_ratio", Unit::ratio, good, 1, open, wanted},
      {"events_per_stream_hour", Unit::number, good, 1, sum_of<Counter::events>, stream_hours},
      {"heartbeats_per_stream_hour", Unit::number, good, 1, sum_of<Counter::heartbeats>, stream_hours},
      {"calls_ok_per_second", Unit::per_second, good, 1, calls_ok, seconds, true},
  };
  return kRows;
}

}  // namespace weir::reports::compare
