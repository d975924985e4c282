#include "loadgen/watch/prometheus.hpp"

#include <prometheus/text_serializer.h>

#include <array>
#include <cmath>
#include <span>
#include <sstream>

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
constexpr std::array kGapBuckets = {1., 5., 10., 14., 16., 20., 25., 29., 31., 45., 59., 61., 90., 120.};
constexpr std::array kAgeBuckets = {1.,   5.,   15.,  28.,  31.,  55.,  62.,   95.,   105.,  118.,  125.,
                                    280., 310., 345., 355., 890., 910., 1800., 3540., 3660., 14400.};
constexpr std::array kLagBuckets = {.0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10.};

constexpr std::size_t kLabelBytes = 120;

ClientMetric labelled(std::vector<ClientMetric::Label> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  return metric;
}

ClientMetric counter(std::vector<ClientMetric::Label> labels, double value) {
  auto metric = labelled(std::move(labels));
  metric.counter.value = value;
  return metric;
}

ClientMetric gauge(std::vector<ClientMetric::Label> labels, double value) {
  auto metric = labelled(std::move(labels));
  metric.gauge.value = value;
  return metric;
}

ClientMetric histogram(std::vector<ClientMetric::Label> labels, const Histogram& samples,
                       std::span<const double> bounds) {
  auto metric = labelled(std::move(labels));
  metric.histogram.sample_count = samples.count();
  metric.histogram.sample_sum = wire::seconds_of(samples.sum());
  for (const double bound : bounds) {
    const auto nanos = static_cast<std::uint64_t>(std::llround(bound * wire::kSecond));
    metric.histogram.bucket.push_back({samples.count_at_most(nanos), bound});
  }
  metric.histogram.bucket.push_back({samples.count(), HUGE_VAL});
  return metric;
}

/// Calls by tool, whichever population makes them.
std::map<std::string, ToolNumbers> tools_of(const Layout& layout, const Snapshot& totals) {
  std::map<std::string, ToolNumbers> tools;
  for (std::size_t p = 0; p < layout.populations.size(); ++p) {
    for (std::size_t t = 0; t < layout.populations[p].tools.size(); ++t) {
      tools[layout.populations[p].tools[t]].add(totals.populations[p].tools[t]);
    }
  }
  return tools;
}

class Families {
 public:
  Families(const Layout& layout, const Snapshot& totals, const MetricLabels& labels)
      : totals_(totals), sum_(totals.whole()), tools_(tools_of(layout, totals)), labels_(labels) {}

  std::vector<MetricFamily> make() && {
    streams();
    openings();
    gaps();
    events();
    calls();
    generator();
    run();
    add("weir_suite_build_info", "Version of the suite and the newest specification that it knows.", MetricType::Gauge)
        .metric.push_back(
            gauge({{"version", labels_.version}, {"spec", std::string(wire::mcp::kRevisions.back())}}, 1));
    return std::move(families_);
  }

 private:
  MetricFamily& add(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return families_.back();
  }
  std::vector<ClientMetric::Label> target() const { return {{"target", labels_.target}}; }
  std::vector<ClientMetric::Label> target_and(std::string name, std::string_view value) const {
    return {{"target", labels_.target}, {std::move(name), std::string(value)}};
  }
  std::vector<ClientMetric::Label> shard() const { return {{"target", labels_.target}, {"shard", labels_.shard}}; }

  void one_gauge(const char* name, const char* help, Gauge which) {
    add(name, help, MetricType::Gauge).metric.push_back(gauge(target(), static_cast<double>(sum_[which])));
  }
  void one_counter(const char* name, const char* help, Counter which) {
    add(name, help, MetricType::Counter).metric.push_back(counter(target(), static_cast<double>(sum_[which])));
  }
  void one_histogram(const char* name, const char* help, Timer which, std::span<const double> bounds) {
    add(name, help, MetricType::Histogram).metric.push_back(histogram(target(), sum_[which], bounds));
  }

  void streams() {
    one_gauge("weir_soak_streams_open", "Streams that are held now.", Gauge::streams_open);
    one_gauge("weir_soak_streams_wanted", "Streams that the scenario wants now.", Gauge::streams_target);
    one_gauge("weir_soak_streams_opening", "Streams that connect or are in their handshake.", Gauge::streams_opening);
    one_gauge("weir_soak_streams_waiting", "Streams that wait for their time to reconnect.", Gauge::streams_waiting);
    auto& silent = add("weir_soak_silent_streams", "Streams that are held and have brought no byte for so long.",
                       MetricType::Gauge);
    for (const auto& [over, which] : {std::pair{"30s", Gauge::streams_silent_30s},
                                      {"60s", Gauge::streams_silent_60s},
                                      {"120s", Gauge::streams_silent_120s}}) {
      silent.metric.push_back(gauge(target_and("over", over), static_cast<double>(sum_[which])));
    }
    one_counter("weir_soak_streams_opened_total", "Held streams that began, reconnects included.",
                Counter::streams_opened);
    auto& drops =
        add("weir_soak_stream_drops_total", "Held streams that ended, by how they ended.", MetricType::Counter);
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      drops.metric.push_back(
          counter(target_and("reason", to_string(static_cast<EndReason>(i))), static_cast<double>(sum_.ends[i])));
    }
    auto& ages = add("weir_soak_stream_age_seconds", "Age of held streams at their end.", MetricType::Histogram);
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      ages.metric.push_back(
          histogram(target_and("reason", to_string(static_cast<EndReason>(i))), sum_.age[i], kAgeBuckets));
    }
    auto& idle =
        add("weir_soak_stream_idle_age_seconds", "Silence of held streams before their end.", MetricType::Histogram);
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      idle.metric.push_back(
          histogram(target_and("reason", to_string(static_cast<EndReason>(i))), sum_.idle_age[i], kAgeBuckets));
    }
  }

  void openings() {
    auto& failures =
        add("weir_soak_open_failures_total", "Attempts to open a stream that gave none.", MetricType::Counter);
    for (std::size_t i = 0; i < kOpenFailures; ++i) {
      failures.metric.push_back(counter(target_and("cause", to_string(static_cast<OpenFailure>(i))),
                                        static_cast<double>(sum_.open_failures[i])));
    }
    auto& phases =
        add("weir_soak_connect_phase_seconds", "Phases of opening a stream, each for itself.", MetricType::Histogram);
    for (std::size_t i = 0; i < kConnectPhases; ++i) {
      phases.metric.push_back(
          histogram(target_and("phase", to_string(static_cast<ConnectPhase>(i))), sum_.connect[i], kPhaseBuckets));
    }
    auto& reconnects = add("weir_soak_reconnects_total", "Reconnects of streams that had ended.", MetricType::Counter);
    reconnects.metric.push_back(counter(target_and("result", "ok"), static_cast<double>(sum_[Counter::reconnects_ok])));
    reconnects.metric.push_back(
        counter(target_and("result", "failed"), static_cast<double>(sum_[Counter::reconnects_failed])));
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
    one_histogram("weir_soak_delivery_delay_seconds", "Event sent, by its own time, to its arrival here.",
                  Timer::delivery_delay, kPhaseBuckets);
  }

  void events() {
    one_counter("weir_soak_events_total", "Events that held streams brought.", Counter::events);
    one_counter("weir_soak_heartbeats_total", "Comments and pings that held streams brought.", Counter::heartbeats);
    one_counter("weir_soak_received_bytes_total", "Body bytes that held streams brought.", Counter::bytes);
    one_counter("weir_soak_events_lost_total", "Events whose place in the sequence stayed empty.",
                Counter::events_lost);
    one_counter("weir_soak_events_repeated_total", "Events that came again.", Counter::events_repeated);
    one_counter("weir_soak_events_out_of_order_total", "Events that came after a later one.",
                Counter::events_out_of_order);
    one_counter("weir_soak_events_coalesced_total", "Events sent apart that came in one piece.",
                Counter::events_coalesced);
  }

  void calls() {
    auto& durations =
        add("weir_soak_call_duration_seconds", "From a call's intended start to its answer, or until it was given up.",
            MetricType::Histogram);
    for (const auto& [tool, numbers] : tools_) {
      durations.metric.push_back(histogram(target_and("tool", tool), numbers.duration, kPhaseBuckets));
    }
    auto& outcomes = add("weir_soak_calls_total", "Calls by what became of them.", MetricType::Counter);
    for (const auto& [tool, numbers] : tools_) {
      for (std::size_t i = 0; i < kCallOutcomes; ++i) {
        auto labels = target_and("tool", tool);
        labels.push_back({"outcome", std::string(to_string(static_cast<CallOutcome>(i)))});
        outcomes.metric.push_back(counter(std::move(labels), static_cast<double>(numbers.outcomes[i])));
      }
    }
    one_gauge("weir_soak_calls_in_flight", "Calls that wait for their answer.", Gauge::calls_in_flight);
  }

  void generator() {
    add("weir_loadgen_schedule_lag_seconds", "Intended to actual start of opens and calls: the generator's own delay.",
        MetricType::Histogram)
        .metric.push_back(histogram(shard(), sum_[Timer::schedule_lag], kLagBuckets));
    add("weir_loadgen_client_lag_seconds", "Arrival of bytes in the kernel to our reading them.", MetricType::Histogram)
        .metric.push_back(histogram(shard(), sum_[Timer::client_lag], kLagBuckets));
    const auto& calls = sum_.tools.front();
    add("weir_loadgen_intended_calls_total", "Calls that the schedule wanted.", MetricType::Counter)
        .metric.push_back(counter(shard(), static_cast<double>(calls.intended)));
    auto& causes = add("weir_loadgen_dropped_calls_total", "Calls that were due and not sent.", MetricType::Counter);
    for (std::size_t i = 0; i < kDropCauses; ++i) {
      auto labels = shard();
      labels.push_back({"cause", std::string(to_string(static_cast<DropCause>(i)))});
      causes.metric.push_back(counter(std::move(labels), static_cast<double>(calls.dropped[i])));
    }
    add("weir_loadgen_stranded_streams_total", "Streams found without a connection or a deadline; a fault of Weir.",
        MetricType::Counter)
        .metric.push_back(counter(shard(), static_cast<double>(sum_[Counter::invariant_broken])));
    add("weir_loadgen_workers_alive", "Worker processes that report.", MetricType::Gauge)
        .metric.push_back(gauge(shard(), static_cast<double>(totals_[WorkerGauge::alive])));
    add("weir_loadgen_resident_memory_bytes", "Resident memory of all workers.", MetricType::Gauge)
        .metric.push_back(gauge(shard(), static_cast<double>(totals_[WorkerGauge::rss_bytes])));
    add("weir_loadgen_open_files", "Descriptors of all workers.", MetricType::Gauge)
        .metric.push_back(gauge(shard(), static_cast<double>(totals_[WorkerGauge::open_files])));
    // A worker that dies takes its processor time along, so these may go down: gauges, not counters.
    auto& cpu = add("weir_loadgen_cpu_seconds", "Processor time of the workers that are alive.", MetricType::Gauge);
    for (const auto& [mode, which] :
         {std::pair{"user", WorkerGauge::cpu_user_ns}, {"system", WorkerGauge::cpu_system_ns}}) {
      auto labels = shard();
      labels.push_back({"mode", mode});
      cpu.metric.push_back(gauge(std::move(labels), wire::seconds_of(totals_[which])));
    }
  }

  void run() {
    add("weir_load_run_info", "Which run this is; labels of its own have the prefix label_.", MetricType::Gauge)
        .metric.push_back(gauge(run_labels(), 1));
    add("weir_load_run_start_timestamp_seconds", "When the run started, by the clock of its generator.",
        MetricType::Gauge)
        .metric.push_back(gauge(shard(), wire::seconds_of(labels_.run.start_unix_ns)));
  }

  /// A fixed set of names and the user's few labels, each value of a bounded length.
  std::vector<ClientMetric::Label> run_labels() const {
    const RunInfo& run = labels_.run;
    auto labels = shard();
    const auto add = [&](std::string name, std::string_view value) {
      labels.push_back({std::move(name), wire::excerpt(wire::valid_utf8(value), kLabelBytes)});
    };
    add("run_id", run.run_id);
    add("scenario", run.scenario);
    add("scenario_hash", run.scenario_hash);
    add("seed", fmt::format("{}", run.seed));
    add("server", run.server.name);
    add("server_version", run.server.version);
    add("server_revision", run.server.revision);
    add("version", labels_.version);
    add("kernel", run.kernel);
    for (const auto& [name, value] : run.labels) { add("label_" + name, value); }
    return labels;
  }

  const Snapshot& totals_;
  PopulationNumbers sum_;
  std::map<std::string, ToolNumbers> tools_;
  const MetricLabels& labels_;
  std::vector<MetricFamily> families_;
};

}  // namespace

std::vector<MetricFamily> metric_families(const Layout& layout, const Snapshot& totals, const MetricLabels& labels) {
  return Families(layout, totals, labels).make();
}

std::vector<MetricFamily> verdict_families(const LoadResults& results, const MetricLabels& labels,
                                           std::int64_t ended_unix_s) {
  const std::vector<ClientMetric::Label> target{{"target", labels.target}};
  std::vector<MetricFamily> families;
  const auto one = [&](const char* name, const char* help, double value) {
    families.push_back({name, help, MetricType::Gauge, {gauge(target, value)}});
  };
  one("weir_soak_last_run_timestamp_seconds", "When the latest run ended.", static_cast<double>(ended_unix_s));
  one("weir_soak_run_duration_seconds", "How long the latest run took.", wire::seconds_of(results.duration_ns));
  one("weir_soak_run_passed", "Whether the latest run was valid and within its thresholds.",
      results.exit_code == reports::ExitCode::good ? 1 : 0);
  one("weir_soak_run_valid", "Whether the generator of the latest run kept up with its schedule.",
      results.invalid.empty() ? 1 : 0);
  MetricFamily thresholds{
      "weir_soak_threshold_passed", "Whether a threshold of the latest run held.", MetricType::Gauge, {}};
  for (const auto& result : results.thresholds) {
    thresholds.metric.push_back(
        gauge({{"target", labels.target}, {"threshold", result.threshold.text}}, result.passed ? 1 : 0));
  }
  if (!thresholds.metric.empty()) { families.push_back(std::move(thresholds)); }
  return families;
}

std::string metrics_text(const std::vector<MetricFamily>& families) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace weir::loadgen
