// The supervisor: resolves the scenario against the target, spawns the workers, gives the orders of each phase, merges
// the snapshots of each second, and owns journal, metrics, screen and reports. It holds no stream.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/supervise/preflight.hpp"
#include "loadgen/watch/live_page.hpp"
#include "loadgen/watch/metrics_endpoint.hpp"
#include "reports/load/writers.hpp"
#include "reports/measure/journal.hpp"

namespace weir::loadgen {

struct RunOptions {
  std::string tool_version;
  std::string command;  ///< As the user typed it, redacted.
  std::string metrics;  ///< "127.0.0.1:9464"; empty: no endpoint.
  Reach metrics_reach = Reach::loopback;
  std::string ui;  ///< "127.0.0.1:8080": the report as a page while it runs; empty: none.
  Reach ui_reach = Reach::loopback;
  std::int64_t metrics_linger_ns = 0;  ///< So long both are there after the run.
  std::string push;                    ///< Pushgateway's base URL.
  std::string textfile;                ///< Path of a .prom file, written at the end.
  std::string journal;                 ///< Path.
  std::vector<reports::ReportSpec> reports;
  std::string run_id;                                       ///< Empty: one is made.
  std::vector<std::pair<std::string, std::string>> labels;  ///< A few: each becomes one of Prometheus.
  std::uint32_t shard = 0, shards = 1;
  std::string shard_from;  ///< The variable that said which; empty: the user did.
  std::optional<std::int64_t> start_at_unix_ns;
  std::vector<std::string> may_load;  ///< Hosts that may be loaded although they are neither loopback nor private.
  std::string stop_file;              ///< The run ends when there is a file of this path; empty: none is looked for.
  const std::atomic<bool>* interrupted = nullptr;  ///< Once true, nothing is waited for that comes before the run.
  bool quiet = false;
  bool live = false;  ///< A terminal: the live view.
  std::string colour = "auto";
};

struct RunResult {
  reports::load::LoadResults results;
  std::vector<std::string> problems;       ///< Reports that could not be written, metrics that could not be pushed.
  bool written = true;                     ///< false: a report is missing, which must not look like a good run.
  bool interrupted = false;                ///< A signal ended the run.
  std::optional<MetricsEndpoint> metrics;  ///< /metrics with the verdict, up while this is there; for who lingers.
  std::optional<LivePage> page;            ///< Likewise, with the report: for those who read it at the end.
};

/// What the user can mend is bad usage; what fails of Weir itself is inconclusive; all else is the target out of reach.
reports::ExitCode exit_code_of(const wire::Error& error);

/// A target that is out of reach is a result: reports are written of it. An error is the user's, or Weir's.
/// Signals: counts of SIGINT/SIGTERM as seen by main; one ends the run cleanly, a second at once.
wire::Result<RunResult> supervise(const Scenario& scenario, const RunOptions& options, const std::atomic<int>& signals);

}  // namespace weir::loadgen
