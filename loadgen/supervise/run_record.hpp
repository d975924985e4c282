// Everything of a run that is kept or shown: seconds, phases and incidents, in memory for the reports, in the journal
// for a run that is killed, on /metrics for whoever scrapes, on the screen for whoever watches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/supervise/history.hpp"
#include "loadgen/supervise/phase_plan.hpp"
#include "loadgen/supervise/supervisor.hpp"
#include "loadgen/watch/metrics_endpoint.hpp"
#include "loadgen/watch/screen.hpp"
#include "reports/judge/search.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/base/redact.hpp"

namespace weir::loadgen {

class RunRecord {
 public:
  /// Creates the journal and looks whether the metrics address is free; both before anything is opened.
  static wire::Result<RunRecord> open(reports::load::RunInfo run, reports::load::Layout layout,
                                      const RunOptions& options, const std::vector<std::string>& secrets);
  /// Starts threads: when the workers have been forked.
  wire::Result<void> serve_metrics();

  // Times are counted from the start of the run.
  void begin(const PhaseStep& step, std::int64_t at_ns);
  void add(const reports::load::Snapshot& second);
  void incident(std::int64_t at_ns, const std::string& text);
  /// Why the run is neither good nor bad; also an incident.
  void invalid(std::int64_t at_ns, const std::string& text);
  void show(std::int64_t now_ns, std::int64_t left_ns);

  /// The step of a search that began last, by its numbers so far.
  reports::load::SearchStep judge_step() const;
  const reports::load::Layout& layout() const WEIR_LIFETIME_BOUND { return layout_; }
  const reports::load::Snapshot& totals() const WEIR_LIFETIME_BOUND { return totals_; }

  /// Judges, writes every report, pushes; problems with that are told beside the results. `last_end_ns`: when the last
  /// phase was over; -1 where it was cut short.
  RunResult finish(reports::load::RunEnd end, std::int64_t last_end_ns);

 private:
  RunRecord() = default;
  void journal(const tl::expected<void, std::string>& written);
  void note_shortages(reports::load::RunEnd& end) const;
  void write_reports(RunResult& result) const;
  void hand_over_metrics(RunResult& result) const;

  reports::load::RunInfo run_;
  reports::load::Layout layout_;
  RunOptions options_;
  wire::Redactor redactor_;
  reports::load::JournalWriter journal_;
  std::optional<MetricsEndpoint> metrics_;
  MetricLabels labels_;
  std::optional<History> history_;
  reports::load::Snapshot totals_, last_;
  std::vector<reports::load::Snapshot> searched_;  ///< The seconds of a search's step.
  std::vector<reports::load::PhaseInfo> phases_;
  std::vector<reports::load::Incident> incidents_;
  std::size_t incidents_left_out_ = 0;
  std::vector<std::string> invalid_;
  std::int64_t now_ns_ = 0;
  std::size_t lines_drawn_ = 0;
  std::int64_t next_line_ns_ = 0;
};

}  // namespace weir::loadgen
