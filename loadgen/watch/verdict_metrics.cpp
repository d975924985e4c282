#include <array>

#include "loadgen/watch/families.hpp"
#include "loadgen/watch/prometheus.hpp"
#include "reports/judge/measures.hpp"
#include "wire/base/duration.hpp"

namespace weir::loadgen {

namespace {

using namespace reports::load;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// A gauge that is one of the measures of thresholds, of the whole run.
struct Headline {
  const char* name;
  const char* help;
  const char* measure;
  double factor = 1;  ///< To base units.
};

constexpr double kThousandHours = 3'600'000;

constexpr std::array kHeadlines = {
    Headline{"weir_soak_run_streams_held", "The most streams open in any second of the latest run.",
             "streams_open_max"},
    Headline{"weir_soak_run_streams_held_ratio", "Likewise, over those that were wanted.", "streams_held_ratio"},
    Headline{"weir_soak_run_stream_drops", "Streams that were dropped in the latest run.", "stream_drops"},
    Headline{"weir_soak_run_stream_drop_rate", "Likewise, over the seconds for which streams were held.",
             "drops_per_1000_stream_hours", 1 / kThousandHours},
    Headline{"weir_soak_run_open_failure_ratio", "Attempts of the latest run that gave no stream, over all.",
             "open_failure_ratio"},
    Headline{"weir_soak_run_reconnect_ratio", "Attempts to come back that gave a stream, over all; 1 without any.",
             "reconnect_ratio"},
    Headline{"weir_soak_run_connect_p99_seconds", "Request to the whole response head, in the latest run.",
             "connect_headers_p99"},
    Headline{"weir_soak_run_heartbeat_gap_max_seconds", "The longest between heartbeats of a stream, that run.",
             "heartbeat_gap_max"},
    Headline{"weir_soak_run_delivery_p99_seconds", "Event sent to its arrival here, in the latest run.",
             "delivery_delay_p99"},
    Headline{"weir_soak_run_events_lost_ratio", "Events lost, over those that were sent with a number.",
             "events_lost_ratio"},
    Headline{"weir_soak_run_calls_failed_ratio", "Calls of the latest run not answered well, over all that were due.",
             "calls_failed_ratio"},
    Headline{"weir_soak_run_call_p50_seconds", "Intended start of a call to its answer, in the latest run.",
             "call_latency_p50"},
    Headline{"weir_soak_run_call_p99_seconds", "Likewise, one in a hundred took longer.", "call_latency_p99"},
    Headline{"weir_soak_run_lag_p99_seconds", "Our own delay of opens and calls, in the latest run.",
             "schedule_lag_p99"},
};

}  // namespace

std::vector<MetricFamily> verdict_families(const LoadResults& results, const MetricLabels& labels,
                                           std::int64_t ended_unix_s) {
  const std::vector<MetricLabel> target{{"target", labels.target}, {"shard", labels.shard}};
  std::vector<MetricFamily> families;
  const auto one = [&](const char* name, const char* help, double value) {
    families.push_back({name, help, MetricType::Gauge, {gauge_of(target, value)}});
  };
  families.push_back({"weir_soak_run_info",
                      "Which run the verdict is of; labels of its own have the prefix label_.",
                      MetricType::Gauge,
                      {gauge_of(run_labels(labels), 1)}});
  one("weir_soak_last_run_timestamp_seconds", "When the latest run ended.", static_cast<double>(ended_unix_s));
  one("weir_soak_run_duration_seconds", "How long the latest run took.", wire::seconds_of(results.duration_ns));
  one("weir_soak_run_passed", "Whether the latest run was valid and within its thresholds.",
      results.exit_code == reports::ExitCode::good ? 1 : 0);
  one("weir_soak_run_valid", "Whether the generator of the latest run kept up with its schedule.",
      results.invalid.empty() ? 1 : 0);
  one("weir_soak_run_exit_code",
      "How the latest run ended: 0 good, 1 the target fails, 3 unreachable, 4 inconclusive, 130 interrupted.",
      static_cast<double>(results.exit_code));
  append_thresholds(families, results.thresholds, target, "weir_soak_run_threshold", true);
  const Scope whole = scope_of(results.total, results.layout, "", "");
  for (const auto& [name, help, measure, factor] : kHeadlines) {
    const auto measured = evaluate(find_measure(measure).value(), whole);
    if (measured) { one(name, help, measured->value * factor); }
  }
  return families;
}

}  // namespace weir::loadgen
