// Everything of a run that is kept or shown: each thing that happens goes to the accumulator for the reports, and in
// the same order into the journal, from which another accumulator comes to the same; on /metrics for whoever scrapes,
// on the screen and on a page for whoever watches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/supervise/kept_secrets.hpp"
#include "loadgen/supervise/phase_plan.hpp"
#include "loadgen/supervise/supervisor.hpp"
#include "loadgen/watch/metrics_endpoint.hpp"
#include "loadgen/watch/screen.hpp"
#include "reports/judge/accumulator.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::loadgen {

class RunRecord {
 public:
  /// Creates the journal and looks whether the metrics address is free; both before anything is opened.
  static wire::Result<RunRecord> open(reports::load::RunInfo run, reports::load::Layout layout,
                                      const RunOptions& options, const std::vector<std::string>& secrets);
  /// Starts threads, of /metrics and of the page: when the workers have been forked.
  wire::Result<void> serve();

  /// Shown in no text from now on, as long as it may open anything.
  void keep_secret(const std::string& token);

  // Times are counted from the start of what this generator does of the run.
  void begin(const PhaseStep& step, std::int64_t at_ns);
  void add(const reports::load::Snapshot& second);
  void incident(std::int64_t at_ns, const std::string& text);
  /// Why the run is neither good nor bad; also an incident.
  void invalid(std::int64_t at_ns, const std::string& text);
  void show(std::int64_t now_ns, std::int64_t left_ns);
  /// Makes the page for who asks for it, and says from now on what the run is at. To be called often.
  void serve_page(std::int64_t now_ns, std::int64_t left_ns);

  /// Judges the step of a search that began last, by its numbers so far.
  reports::load::SearchStep judge_step();
  /// The streams are closed from now on.
  void closing(reports::load::Closing closing);
  const reports::load::Layout& layout() const WEIR_LIFETIME_BOUND { return accumulator_->layout(); }

  /// Judges, writes every report, pushes; problems with that are told beside the results. /metrics, which has the
  /// verdict by now, goes along where it is to linger, and the page for those who read it.
  RunResult finish(bool interrupted);
  /// Likewise, of a run whose target could not be asked.
  RunResult finish_unasked(const std::string& why);

 private:
  RunRecord() = default;
  void journal(const tl::expected<void, std::string>& written);
  void write_reports(RunResult& result) const;
  std::string shown(const std::string& text) const;
  void update_metrics();
  void hand_over_metrics(RunResult& result);

  std::string target_name_;
  RunOptions options_;
  std::int64_t late_ns_ = 0;  ///< What of the run was over by then.
  KeptSecrets secrets_;
  reports::load::JournalWriter journal_;
  std::optional<MetricsEndpoint> metrics_;
  std::optional<LivePage> page_;
  std::string status_;  ///< What the run is at, for the page.
  MetricLabels labels_;
  std::optional<reports::load::Accumulator> accumulator_;
  reports::load::Snapshot last_;
  reports::load::PhaseInfo phase_;  ///< The one that was begun last.
  std::size_t phases_ = 0;
  std::string latest_incident_;
  std::size_t incidents_ = 0;
  std::size_t incidents_left_out_ = 0;
  std::int64_t now_ns_ = 0;
  std::size_t lines_drawn_ = 0;
  std::int64_t next_line_ns_ = 0;
};

}  // namespace weir::loadgen
