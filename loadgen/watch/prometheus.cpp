#include "loadgen/watch/prometheus.hpp"

#include <prometheus/text_serializer.h>

#include <array>
#include <cmath>
#include <map>
#include <span>
#include <sstream>

#include "loadgen/watch/families.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"
#include "wire/json/json.hpp"
#include "wire/mcp/era.hpp"

namespace weir::loadgen {

namespace {

using namespace reports::load;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Bounds lie around the cut-offs that are met in practice (29/30/60/100/120/300/350/900/3600 s), so that a cut reads
// straight off the histogram. They are the same in every shard, or nothing could be added up.
constexpr std::array kPhaseBuckets = {.005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10., 29., 30., 60.};
constexpr std::array kGapBuckets = {.1, 1., 5., 10., 14., 16., 20., 25., 29., 31., 45., 59., 61., 90., 120., 300.};
constexpr std::array kAgeBuckets = {1.,   5.,   15.,  28.,  31.,  55.,   62.,   95.,   105.,   118.,   125.,  280.,
                                    310., 345., 355., 890., 910., 1800., 3540., 3660., 14400., 28800., 86400.};
// A hop that adds nothing delivers within microseconds, on loopback.
constexpr std::array kDeliveryBuckets = {.000005, .00001, .000025, .00005, .0001, .00025, .0005, .001,
                                         .0025,   .005,   .01,     .025,   .05,   .1,     .25,   .5,
                                         1.,      2.5,    5.,      10.,    30.,   60.};
constexpr std::array kLagBuckets = {.0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10.};

constexpr std::size_t kLabelBytes = 120;
// Series of a scrape are bounded, whatever a scenario asks for: what is beyond is one series, so that sums stay right.
constexpr std::size_t kCallSeries = 128;
constexpr std::string_view kRest = "(rest)";

ClientMetric histogram(std::vector<ClientMetric::Label> labels, const Histogram& samples,
                       std::span<const double> bounds) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.histogram.sample_count = samples.count();
  metric.histogram.sample_sum = wire::seconds_of(samples.sum());
  for (const double bound : bounds) {
    const auto nanos = static_cast<std::uint64_t>(std::llround(bound * wire::kSecond));
    metric.histogram.bucket.push_back({samples.count_at_most(nanos), bound});
  }
  metric.histogram.bucket.push_back({samples.count(), HUGE_VAL});
  return metric;
}

/// Calls by whose they are and which tool they call: the same tool may stand in several lines of a population.
std::map<std::pair<std::string, std::string>, ToolNumbers> calls_of(const Layout& layout, const Snapshot& totals) {
  std::map<std::pair<std::string, std::string>, ToolNumbers> calls;
  for (std::size_t p = 0; p < layout.populations.size(); ++p) {
    const Layout::Population& of = layout.populations[p];
    for (std::size_t t = 0; t < of.tools.size(); ++t) {
      auto key = std::pair{of.name, of.tools[t]};
      if (calls.size() >= kCallSeries && !calls.contains(key)) { key = {std::string(kRest), std::string(kRest)}; }
      calls[key].add(totals.populations[p].tools[t]);
    }
  }
  return calls;
}

class Families {
 public:
  Families(const Layout& layout, const Moment& moment, const MetricLabels& labels, bool with_native)
      : with_native_(with_native),
        layout_(layout),
        moment_(moment),
        totals_(moment.totals),
        sum_(totals_.whole()),
        calls_(calls_of(layout, totals_)),
        labels_(labels) {}

  Exposition make() && {
    run();
    streams();
    ends();
    openings();
    gaps();
    events();
    calls();
    generator();
    workers();
    native_.resize(families_.size());
    return {std::move(families_), std::move(native_)};
  }

 private:
  MetricFamily& add(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return families_.back();
  }
  using Labels = std::vector<MetricLabel>;
  Labels target() const { return {{"target", labels_.target}}; }
  Labels target_and(std::string name, std::string_view value) const {
    return {{"target", labels_.target}, {std::move(name), std::string(value)}};
  }
  Labels shard() const { return {{"target", labels_.target}, {"shard", labels_.shard}}; }
  Labels shard_and(std::string name, std::string_view value) const {
    return {{"target", labels_.target}, {"shard", labels_.shard}, {std::move(name), std::string(value)}};
  }

  /// Into the family that was added last.
  void add_histogram(Labels labels, const Histogram& samples, std::span<const double> bounds) {
    families_.back().metric.push_back(histogram(std::move(labels), samples, bounds));
    if (!with_native_) { return; }
    native_.resize(families_.size());
    native_.back().push_back(native_of(samples));
  }

  /// One sample for each population, with whatever `more` has.
  template <class Value>
  void of_populations(MetricFamily& family, const Labels& more, Value value) {
    for (std::size_t p = 0; p < layout_.populations.size(); ++p) {
      auto labels = target_and("population", layout_.populations[p].name);
      labels.insert(labels.end(), more.begin(), more.end());
      const auto number = static_cast<double>(value(totals_.populations[p]));
      family.metric.push_back(family.type == MetricType::Counter ? counter_of(std::move(labels), number)
                                                                 : gauge_of(std::move(labels), number));
    }
  }
  void one_gauge(const char* name, const char* help, Gauge which) {
    of_populations(add(name, help, MetricType::Gauge), {}, [&](const auto& numbers) { return numbers[which]; });
  }
  void one_counter(const char* name, const char* help, Counter which) {
    of_populations(add(name, help, MetricType::Counter), {}, [&](const auto& numbers) { return numbers[which]; });
  }
  void one_histogram(const char* name, const char* help, Timer which, std::span<const double> bounds) {
    add(name, help, MetricType::Histogram);
    for (std::size_t p = 0; p < layout_.populations.size(); ++p) {
      add_histogram(target_and("population", layout_.populations[p].name), totals_.populations[p][which], bounds);
    }
  }
  void of_generator(const char* name, const char* help, MetricType type, double value) {
    add(name, help, type)
        .metric.push_back(type == MetricType::Counter ? counter_of(shard(), value) : gauge_of(shard(), value));
  }

  void run() {
    add("weir_load_run_info", "Which run this is; labels of its own have the prefix label_.", MetricType::Gauge)
        .metric.push_back(gauge_of(run_labels(labels_), 1));
    add("weir_load_run_start_timestamp_seconds", "When the run started, by the clock of its generator.",
        MetricType::Gauge)
        .metric.push_back(
            gauge_of(shard_and("run_id", labels_.run.run_id),  // By which two runs are laid over each other.
                     wire::seconds_of(labels_.run.start_unix_ns)));
    if (moment_.phase) { phase(*moment_.phase); }
    append_thresholds(families_, moment_.thresholds, target(), "weir_soak_threshold", false);
    of_generator("weir_load_incidents_total", "What the run noted beside its numbers, such as a worker that died.",
                 MetricType::Counter, static_cast<double>(moment_.incidents));
    add("weir_suite_build_info", "Version of the suite and the newest specification that it knows.", MetricType::Gauge)
        .metric.push_back(
            gauge_of({{"version", labels_.version}, {"spec", std::string(wire::mcp::kRevisions.back())}}, 1));
  }

  void phase(const PhaseInfo& phase) {
    auto labels = shard_and("phase", wire::valid_utf8(phase.name));
    labels.push_back({"kind", phase.kind});
    add("weir_soak_phase", "The phase of the scenario that goes on, always 1.", MetricType::Gauge)
        .metric.push_back(gauge_of(labels, 1));
    add("weir_soak_phase_start_timestamp_seconds", "When the phase began that goes on.", MetricType::Gauge)
        .metric.push_back(gauge_of(labels, wire::seconds_of(labels_.run.start_unix_ns + phase.start_ns)));
    add("weir_soak_phase_streams_wanted", "Streams that are wanted at the end of the phase that goes on.",
        MetricType::Gauge)
        .metric.push_back(gauge_of(std::move(labels), static_cast<double>(phase.streams)));
  }

  void streams() {
    one_gauge("weir_soak_streams_open", "Streams that are held now.", Gauge::streams_open);
    one_gauge("weir_soak_streams_wanted", "Streams that the scenario wants now.", Gauge::streams_target);
    one_gauge("weir_soak_streams_opening", "Streams that connect or are in their handshake.", Gauge::streams_opening);
    one_gauge("weir_soak_streams_waiting", "Streams that wait for their time to reconnect.", Gauge::streams_waiting);
    one_gauge("weir_soak_streams_polled", "Streams that the target ended to be polled, on their way back.",
              Gauge::streams_polled);
    auto& silent = add("weir_soak_silent_streams", "Streams that are held and have brought no byte for so long.",
                       MetricType::Gauge);
    for (const auto& [over, which] : {std::pair{"30s", Gauge::streams_silent_30s},
                                      {"60s", Gauge::streams_silent_60s},
                                      {"120s", Gauge::streams_silent_120s}}) {
      of_populations(silent, {{"over", over}}, [index = which](const auto& numbers) { return numbers[index]; });
    }
    auto& ongoing =
        add("weir_soak_ongoing_seconds", "The longest wait of any stream that has not ended yet.", MetricType::Gauge);
    for (const auto which : {Open::heartbeat_gap, Open::byte_gap, Open::reconnect}) {
      of_populations(ongoing, {{"what", std::string(to_string(which))}},
                     [&](const auto& numbers) { return wire::seconds_of(numbers[which]); });
    }
    one_counter("weir_soak_opens_intended_total", "Streams that the schedule wanted opened, reconnects not included.",
                Counter::opens_intended);
    one_counter("weir_soak_streams_opened_total", "Held streams that began, reconnects included.",
                Counter::streams_opened);
    of_populations(add("weir_soak_stream_seconds_total", "Time for which streams were held, of all of them together.",
                       MetricType::Counter),
                   {}, [](const auto& numbers) { return static_cast<double>(numbers[Counter::stream_ms]) / 1000; });
  }

  void ends() {
    auto& ends = add("weir_soak_stream_ends_total", "Held streams that ended, by how they ended.", MetricType::Counter);
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      of_populations(ends, {{"reason", std::string(to_string(static_cast<EndReason>(i)))}},
                     [i](const auto& numbers) { return numbers.ends[i]; });
    }
    auto& drops = add("weir_soak_stream_drops_total",
                      "Of these, the ones that the target or a hop ended and that were to stay.", MetricType::Counter);
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      const auto reason = static_cast<EndReason>(i);
      if (!is_drop(reason)) { continue; }
      of_populations(drops, {{"reason", std::string(to_string(reason))}},
                     [i](const auto& numbers) { return numbers.ends[i]; });
    }
    of_populations(drops, {{"reason", std::string(to_string(Counter::polls_failed))}},
                   [](const auto& numbers) { return numbers[Counter::polls_failed]; });
    add("weir_soak_stream_age_seconds", "Age of held streams at their end.", MetricType::Histogram);
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      add_histogram(target_and("reason", to_string(static_cast<EndReason>(i))), sum_.age[i], kAgeBuckets);
    }
    add("weir_soak_stream_idle_age_seconds", "Silence of held streams before their end.", MetricType::Histogram);
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      add_histogram(target_and("reason", to_string(static_cast<EndReason>(i))), sum_.idle_age[i], kAgeBuckets);
    }
  }

  void openings() {
    auto& failures =
        add("weir_soak_open_failures_total", "Attempts to open a stream that gave none.", MetricType::Counter);
    for (std::size_t i = 0; i < kOpenFailures; ++i) {
      of_populations(failures, {{"cause", std::string(to_string(static_cast<OpenFailure>(i)))}},
                     [i](const auto& numbers) { return numbers.open_failures[i]; });
    }
    add("weir_soak_connect_phase_seconds", "Phases of opening a stream, each for itself.", MetricType::Histogram);
    for (std::size_t i = 0; i < kConnectPhases; ++i) {
      add_histogram(target_and("phase", to_string(static_cast<ConnectPhase>(i))), sum_.connect[i], kPhaseBuckets);
    }
    auto& reconnects = add("weir_soak_reconnects_total", "Reconnects of streams that had ended.", MetricType::Counter);
    for (const auto& [result, which] :
         {std::pair{"ok", Counter::reconnects_ok}, {"failed", Counter::reconnects_failed}}) {
      of_populations(reconnects, {{"result", result}}, [index = which](const auto& numbers) { return numbers[index]; });
    }
    one_counter("weir_soak_reconnects_resumed_total", "Of the good ones, those that sent Last-Event-ID.",
                Counter::reconnects_resumed);
    one_counter("weir_soak_reconnects_blind_total",
                "Of the good ones, those without a last id: what numbers they missed is not known.",
                Counter::reconnects_blind);
    one_counter("weir_soak_returns_waiting_total",
                "Streams that still waited to come back when the run ended, for longer than any took.",
                Counter::returns_waiting);
    auto& polls =
        add("weir_soak_polls_total", "Streams that came back from being polled, or failed to.", MetricType::Counter);
    for (const auto& [result, which] :
         {std::pair{"resumed", Counter::polls_resumed}, {"failed", Counter::polls_failed}}) {
      of_populations(polls, {{"result", result}}, [index = which](const auto& numbers) { return numbers[index]; });
    }
    one_counter("weir_soak_polls_late_total", "Streams that were to be taken up again after the end of the run.",
                Counter::polls_late);
    one_counter("weir_soak_retry_after_honoured_total", "Waits that a Retry-After of the target asked for.",
                Counter::retry_after_honoured);
    one_histogram("weir_soak_reconnect_duration_seconds", "End of a stream to the next held one in its place.",
                  Timer::reconnect_duration, kPhaseBuckets);
    one_histogram("weir_soak_open_queue_seconds", "Wait of an open while as many as may be were under way.",
                  Timer::open_queue, kPhaseBuckets);
    one_counter("weir_soak_sessions_opened_total", "Sessions that initialize opened.", Counter::sessions_opened);
    one_counter("weir_soak_sessions_lost_total", "Sessions that the target no longer knew.", Counter::sessions_lost);
    one_counter("weir_soak_tokens_refreshed_total", "Access tokens that were renewed.", Counter::tokens_refreshed);
  }

  void gaps() {
    one_histogram("weir_soak_heartbeat_gap_seconds", "Between heartbeats of one stream.", Timer::heartbeat_gap,
                  kGapBuckets);
    one_histogram("weir_soak_byte_gap_seconds", "Between bytes of one stream.", Timer::byte_gap, kGapBuckets);
    one_histogram("weir_soak_event_gap_seconds", "Between events of one stream.", Timer::event_gap, kGapBuckets);
    one_histogram("weir_soak_delivery_delay_seconds", "Event sent, by its own time, to its arrival here.",
                  Timer::delivery_delay, kDeliveryBuckets);
  }

  void events() {
    one_counter("weir_soak_events_total", "Events that held streams brought.", Counter::events);
    one_counter("weir_soak_heartbeats_total", "Comments and pings that held streams brought.", Counter::heartbeats);
    one_counter("weir_soak_streams_ceased_total", "Streams that had fallen silent for good when we closed them.",
                Counter::streams_ceased);
    one_counter("weir_soak_events_ceased_total",
                "Streams whose events had ceased for good when we closed them, while heartbeats went on.",
                Counter::events_ceased);
    one_counter("weir_soak_streams_mute_total", "Streams that had not brought a byte when we closed them.",
                Counter::streams_mute);
    one_counter("weir_soak_server_requests_total", "Requests of the server that we answered, such as ping.",
                Counter::server_requests);
    one_counter("weir_soak_received_bytes_total", "Body bytes that held streams brought.", Counter::bytes);
    one_counter("weir_soak_events_sequenced_total", "Events that came with a number: of others no loss is seen.",
                Counter::events_sequenced);
    one_counter("weir_soak_events_lost_total", "Events whose place in the sequence stayed empty.",
                Counter::events_lost);
    one_counter("weir_soak_events_repeated_total", "Events that came again.", Counter::events_repeated);
    one_counter("weir_soak_events_out_of_order_total", "Events that came after a later one.",
                Counter::events_out_of_order);
    one_counter("weir_soak_events_coalesced_total", "Events sent apart that came in one piece.",
                Counter::events_coalesced);
    one_counter("weir_soak_events_ahead_total", "Events that say they were sent after they came.",
                Counter::events_ahead);
  }

  void calls() {
    const auto labels_of = [&](const auto& key) {
      auto labels = target_and("population", key.first);
      labels.push_back({"tool", key.second});
      return labels;
    };
    add("weir_soak_call_duration_seconds", "From a call's intended start to its answer, or until it was given up.",
        MetricType::Histogram);
    for (const auto& [key, numbers] : calls_) { add_histogram(labels_of(key), numbers.duration, kPhaseBuckets); }
    auto& outcomes = add("weir_soak_calls_total", "Calls by what became of them.", MetricType::Counter);
    for (const auto& [key, numbers] : calls_) {
      for (std::size_t i = 0; i < kCallOutcomes; ++i) {
        const auto outcome = static_cast<CallOutcome>(i);
        if (outcome == CallOutcome::duplicate) { continue; }  // Beside the outcome of the call, which counts once.
        auto labels = labels_of(key);
        labels.push_back({"outcome", std::string(to_string(outcome))});
        outcomes.metric.push_back(counter_of(std::move(labels), static_cast<double>(numbers.outcomes[i])));
      }
    }
    auto& twice = add("weir_soak_duplicate_answers_total", "Second answers to a call.", MetricType::Counter);
    for (const auto& [key, numbers] : calls_) {
      const auto count = numbers.outcomes[static_cast<std::size_t>(CallOutcome::duplicate)];
      twice.metric.push_back(counter_of(labels_of(key), static_cast<double>(count)));
    }
    one_gauge("weir_soak_calls_in_flight", "Calls that wait for their answer.", Gauge::calls_in_flight);
  }

  void generator() {
    add("weir_loadgen_schedule_lag_seconds", "Intended to actual start of opens and calls: the generator's own delay.",
        MetricType::Histogram);
    add_histogram(shard(), sum_[Timer::schedule_lag], kLagBuckets);
    add("weir_loadgen_client_lag_seconds", "Arrival of bytes in the kernel to our reading them.",
        MetricType::Histogram);
    add_histogram(shard(), sum_[Timer::client_lag], kLagBuckets);
    of_generator("weir_loadgen_lag_bound_seconds", "p99 of both lags beyond it: the run is inconclusive.",
                 MetricType::Gauge, labels_.run.lag_bound_seconds);
    of_generator("weir_loadgen_valid", "Whether the generator has kept up with its schedule so far.", MetricType::Gauge,
                 moment_.valid ? 1 : 0);
    const auto& calls = sum_.tools.front();
    of_generator("weir_loadgen_intended_calls_total", "Calls that the schedule wanted.", MetricType::Counter,
                 static_cast<double>(calls.intended));
    auto& causes = add("weir_loadgen_dropped_calls_total", "Calls that were due and not sent.", MetricType::Counter);
    for (std::size_t i = 0; i < kDropCauses; ++i) {
      causes.metric.push_back(
          counter_of(shard_and("cause", to_string(static_cast<DropCause>(i))), static_cast<double>(calls.dropped[i])));
    }
    of_generator("weir_loadgen_stranded_streams_total",
                 "Streams found without a connection or a deadline; a fault of Weir.", MetricType::Counter,
                 static_cast<double>(sum_[Counter::invariant_broken]));
  }

  void workers() {
    const auto of_all = [&](const char* name, const char* help, WorkerGauge which) {
      of_generator(name, help, MetricType::Gauge, static_cast<double>(totals_[which]));
    };
    of_generator("weir_loadgen_workers_wanted", "Worker processes that the run began with.", MetricType::Gauge,
                 static_cast<double>(labels_.run.workers));
    of_all("weir_loadgen_workers_alive", "Worker processes that report.", WorkerGauge::alive);
    of_all("weir_loadgen_resident_memory_bytes", "Resident memory of all workers; pages that they share count once.",
           WorkerGauge::rss_bytes);
    of_all("weir_loadgen_heap_bytes", "Memory that the workers asked for and have not given back.",
           WorkerGauge::heap_bytes);
    of_all("weir_loadgen_open_files", "Descriptors of all workers.", WorkerGauge::open_files);
    // A worker that dies takes its processor time along, so these may go down: gauges, not counters.
    auto& cpu = add("weir_loadgen_cpu_seconds", "Processor time of the workers that are alive.", MetricType::Gauge);
    for (const auto& [mode, which] :
         {std::pair{"user", WorkerGauge::cpu_user_ns}, {"system", WorkerGauge::cpu_system_ns}}) {
      cpu.metric.push_back(gauge_of(shard_and("mode", mode), wire::seconds_of(totals_[which])));
    }
  }

  const bool with_native_;
  const Layout& layout_;
  const Moment& moment_;
  const Snapshot& totals_;
  PopulationNumbers sum_;
  std::map<std::pair<std::string, std::string>, ToolNumbers> calls_;
  const MetricLabels& labels_;
  std::vector<MetricFamily> families_;
  std::vector<std::vector<NativeHistogram>> native_;
};

}  // namespace

std::vector<ClientMetric::Label> run_labels(const MetricLabels& labels) {
  const RunInfo& run = labels.run;
  std::vector<ClientMetric::Label> out{{"target", labels.target}, {"shard", labels.shard}};
  const auto add = [&](std::string name, std::string_view value) {
    out.push_back({std::move(name), wire::printable(wire::excerpt(wire::valid_utf8(value), kLabelBytes))});
  };
  add("run_id", run.run_id);
  add("scenario", run.scenario);
  add("scenario_hash", run.scenario_hash);
  add("seed", fmt::format("{}", run.seed));
  add("server", run.server.name);
  add("server_version", run.server.version);
  add("server_revision", run.server.revision);
  add("version", labels.version);
  add("kernel", run.kernel);
  for (const auto& [name, value] : run.labels) { add("label_" + name, value); }
  return out;
}

std::vector<MetricFamily> metric_families(const Layout& layout, const Moment& moment, const MetricLabels& labels) {
  return Families(layout, moment, labels, false).make().families;
}

Exposition exposition_of(const Layout& layout, const Moment& moment, const MetricLabels& labels) {
  return Families(layout, moment, labels, true).make();
}

std::string metrics_text(const std::vector<MetricFamily>& families) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace weir::loadgen
