#include <boost/json.hpp>

#include "reports/draw/json_values.hpp"
#include "reports/judge/format.hpp"
#include "reports/judge/measures.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/duration.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::reports::load {
namespace {

namespace json = boost::json;

/// null where there is no sample: not a zero.
json::value histogram_json(const Histogram& histogram) {
  if (histogram.empty()) { return nullptr; }
  return {{"count", histogram.count()},
          {"min_seconds", wire::seconds_of(histogram.min())},
          {"mean_seconds", histogram.mean() / 1e9},
          {"p50_seconds", wire::seconds_of(histogram.quantile(0.5))},
          {"p90_seconds", wire::seconds_of(histogram.quantile(0.9))},
          {"p99_seconds", wire::seconds_of(histogram.quantile(0.99))},
          {"p999_seconds", wire::seconds_of(histogram.quantile(0.999))},
          {"max_seconds", wire::seconds_of(histogram.max())}};
}

json::object open_json(const OpenRange& open) {
  return {{"wanted", open.wanted},
          {"due", open.due},
          {"at_start", open.at_start},
          {"max", open.peak},
          {"held_max", open.held},
          {"min", open.least < 0 ? json::value(nullptr) : json::value(open.least)},
          {"min_ratio", open.least < 0 ? json::value(nullptr) : json::value(open.least_ratio)},
          {"silent_30s", open.silent[0]},
          {"silent_60s", open.silent[1]},
          {"silent_120s", open.silent[2]}};
}

json::object tool_json(std::string_view name, const ToolNumbers& numbers) {
  json::object outcomes, not_sent;
  for (std::size_t i = 0; i < kCallOutcomes; ++i) {
    outcomes[to_string(static_cast<CallOutcome>(i))] = numbers.outcomes[i];
  }
  for (std::size_t i = 0; i < kDropCauses; ++i) { not_sent[to_string(static_cast<DropCause>(i))] = numbers.dropped[i]; }
  return {{"tool", text(name)},
          {"intended", numbers.intended},
          {"outcomes", std::move(outcomes)},
          {"not_sent", std::move(not_sent)},
          {"latency", histogram_json(numbers.duration)}};
}

json::object population_json(const Layout::Population& plan, const PopulationNumbers& numbers, const OpenRange& open) {
  json::object counters, ends, failures, connect, times, not_over;
  for (std::size_t i = 0; i < kCounters; ++i) { counters[to_string(static_cast<Counter>(i))] = numbers.counters[i]; }
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    ends[to_string(static_cast<EndReason>(i))] = {{"count", numbers.ends[i]},
                                                  {"age", histogram_json(numbers.age[i])},
                                                  {"silence", histogram_json(numbers.idle_age[i])}};
  }
  for (std::size_t i = 0; i < kOpenFailures; ++i) {
    failures[to_string(static_cast<OpenFailure>(i))] = numbers.open_failures[i];
  }
  for (std::size_t i = 0; i < kConnectPhases; ++i) {
    connect[to_string(static_cast<ConnectPhase>(i))] = histogram_json(numbers.connect[i]);
  }
  for (std::size_t i = 0; i < kTimers; ++i) {
    times[to_string(static_cast<Timer>(i))] = histogram_json(numbers.timers[i]);
  }
  for (std::size_t i = 0; i < kOpens; ++i) {
    not_over[to_string(static_cast<Open>(i))] = wire::seconds_of(numbers.open[i]);
  }
  json::array calls;
  for (std::size_t i = 0; i < numbers.tools.size() && i < plan.tools.size(); ++i) {
    calls.push_back(tool_json(plan.tools[i], numbers.tools[i]));
  }
  return {{"name", text(plan.name)},
          {"open", open_json(open)},
          {"counters", std::move(counters)},
          {"ends", std::move(ends)},
          {"open_failures", std::move(failures)},
          {"connect", std::move(connect)},
          {"times", std::move(times)},
          {"longest_not_over_seconds", std::move(not_over)},
          {"calls", std::move(calls)}};
}

json::object span_json(const LoadResults& results, const PhaseResult& span) {
  json::array populations;
  for (std::size_t i = 0; i < span.numbers.populations.size() && i < results.layout.populations.size(); ++i) {
    populations.push_back(population_json(results.layout.populations[i], span.numbers.populations[i],
                                          i < span.open_of.size() ? span.open_of[i] : OpenRange()));
  }
  const WorkerUse& use = span.workers;
  const auto known = [](double value) { return value < 0 ? json::value(nullptr) : json::value(value); };
  return {
      {"name", text(span.info.name)},
      {"kind", text(span.info.kind)},
      {"start_seconds", wire::seconds_of(span.info.start_ns)},
      {"end_seconds", span.info.end_ns < 0 ? json::value(nullptr) : json::value(wire::seconds_of(span.info.end_ns))},
      {"streams", span.info.streams},
      {"open", open_json(span.open)},
      {"workers",
       {{"busy_mean", known(use.busy_mean)},
        {"busy_max", known(use.busy_peak)},
        {"rss_max_bytes", use.rss_peak_bytes}}},
      {"populations", std::move(populations)}};
}

json::array timeline_json(const std::vector<Point>& points) {
  json::array out;
  for (const Point& point : points) {
    out.push_back({{"at_seconds", point.at_seconds},
                   {"open", point.open},
                   {"opened", point.opened},
                   {"dropped", point.dropped},
                   {"events", point.events},
                   {"calls", point.calls},
                   {"calls_failed", point.calls_failed},
                   {"call_p50_seconds", point.call_p50_seconds},
                   {"call_p99_seconds", point.call_p99_seconds},
                   {"lag_p99_seconds", point.lag_p99_seconds}});
  }
  return out;
}

json::array thresholds_json(const std::vector<ThresholdResult>& results) {
  json::array out;
  for (const ThresholdResult& one : results) {
    out.push_back({{"text", text(one.threshold.text)},
                   {"metric", text(one.threshold.measure)},
                   {"comparison", text(one.threshold.comparison)},
                   {"bound", one.threshold.bound},
                   {"phase", or_null(one.threshold.phase)},
                   {"population", or_null(one.threshold.population)},
                   {"tool", or_null(one.threshold.tool)},
                   {"default", one.by_default},
                   {"value", one.value ? json::value(*one.value) : json::value(nullptr)},
                   {"passed", one.passed},
                   {"message", text(one.message)}});
  }
  return out;
}

json::array cuts_json(const std::vector<ClockCut>& cuts) {
  json::array out;
  for (const ClockCut& cut : cuts) {
    out.push_back({{"population", text(cut.population)},
                   {"low_seconds", cut.low_seconds},
                   {"high_seconds", cut.high_seconds},
                   {"streams", cut.streams},
                   {"matches", or_null(cut.matches)}});
  }
  return out;
}

json::value search_json(const std::optional<SearchResult>& search) {
  if (!search) { return nullptr; }
  const auto known = [](std::int64_t value) { return value < 0 ? json::value(nullptr) : json::value(value); };
  return {{"largest_passing", known(search->largest_passing)},
          {"smallest_failing", known(search->smallest_failing)},
          {"limited_by", or_null(search->limited_by)}};
}

json::value shards_json(const ShardInfo& shard) {
  if (shard.alone()) { return nullptr; }
  json::array parts;
  for (const std::uint32_t one : shard.merged) { parts.push_back(json::value(one + 1)); }
  if (parts.empty()) { parts.push_back(json::value(shard.index + 1)); }
  return {{"count", shard.count},
          {"parts", std::move(parts)},
          {"merged", !shard.merged.empty()},
          {"late_seconds", wire::seconds_of(shard.late_ns)}};
}

json::object target_json(const RunInfo& run) {
  return {{"name", text(run.target_name)},
          {"url", text(run.target_url)},
          {"server",
           {{"name", or_null(run.server.name)},
            {"version", or_null(run.server.version)},
            {"revision", or_null(run.server.revision)}}}};
}

json::object labels_json(const RunInfo& run) {
  json::object out;
  for (const auto& [name, value] : run.labels) { out[text(name)] = text(value); }
  return out;
}

}  // namespace

std::string json_report(const LoadResults& results) {
  const RunInfo& run = results.run;
  json::array phases;
  for (const PhaseResult& phase : results.phases) { phases.push_back(span_json(results, phase)); }
  return wire::pretty_json(
      {{"schema_version", kLoadSchemaVersion},
       {"report", "load"},
       {"tool_version", text(run.tool_version)},
       {"kernel", or_null(run.kernel)},
       {"run_id", or_null(run.run_id)},
       {"labels", labels_json(run)},
       {"started_at", text(run.started_at)},
       {"started_unix_seconds", wire::seconds_of(run.start_unix_ns)},
       {"utc_offset_seconds", run.utc_offset_s},
       {"duration_seconds", wire::seconds_of(results.duration_ns)},
       {"target", target_json(run)},
       {"tls_verified", run.tls_verified},
       {"scenario",
        {{"file", or_null(run.scenario)}, {"text", text(run.scenario_text)}, {"hash", or_null(run.scenario_hash)}}},
       {"command", text(run.command)},
       {"seed", run.seed},
       {"shard", or_null(run.shard.text())},
       {"shards", shards_json(run.shard)},
       {"workers", run.workers},
       {"lag_bound_seconds", run.lag_bound_seconds},
       {"complete", results.complete},
       {"not_counted", texts(results.not_counted)},
       {"exit_code", static_cast<int>(results.exit_code)},
       {"exit_reason", text(results.exit_reason)},
       {"invalid", texts(results.invalid)},
       {"thresholds", thresholds_json(results.thresholds)},
       {"idle_cuts", cuts_json(results.idle_cuts)},
       {"age_cuts", cuts_json(results.age_cuts)},
       {"search", search_json(results.search)},
       {"incidents", texts(results.incidents)},
       {"total", span_json(results, results.total)},
       {"phases", std::move(phases)},
       {"timeline", timeline_json(results.timeline)}});
}

bool is_json_report(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const json::value* report = !error && value.is_object() ? value.get_object().if_contains("report") : nullptr;
  return report != nullptr && report->is_string() && report->get_string() == "load";
}

std::string render(const LoadResults& results, Format format, const ConsoleOptions& options) {
  switch (format) {
    case Format::console:
      return console_report(results, options);
    case Format::json:
      return json_report(results);
    case Format::junit:
      return junit_report(results);
    case Format::markdown:
      return markdown_report(results);
    case Format::html:
      return html_report(results);
    case Format::prometheus:  // Of a load run weir-loadgen itself writes them: no program asks for them here.
    case Format::sarif:       // A load run has no findings at a place; programs refuse it.
      return "";
  }
  return json_report(results);
}

}  // namespace weir::reports::load
