// What a run was asked to do, as its journal keeps it: everything that a report needs beside the numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::reports::load {

struct PhaseInfo {
  std::string name;           ///< Unique in the run: "ramp", "hold", "search 3".
  std::string kind;           ///< "ramp", "hold", "churn", "spike", "reconnect", "search"
  std::int64_t start_ns = 0;  ///< From the start of the run.
  std::int64_t end_ns = -1;   ///< -1 while it runs or where the run ended within it.
  std::int64_t streams = 0;   ///< Wanted at its end.
  bool operator==(const PhaseInfo&) const = default;
};

/// `stream_drop_ratio < 0.001`, as the scenario has it.
struct Threshold {
  std::string text;        ///< As written.
  std::string measure;     ///< A name of reports/judge/threshold.hpp.
  std::string comparison;  ///< "<", "<=", ">", ">=", "==", "!="
  double bound = 0;        ///< In the measure's base unit: seconds, ratio, count.
  std::string phase;       ///< Empty: the whole run.
  std::string population;  ///< Empty: all together.
  std::string tool;        ///< Empty: all together.
  bool operator==(const Threshold&) const = default;
};

struct RunInfo {
  std::string tool_version;
  std::string started_at;  ///< RFC 3339, UTC.
  std::string target_name;
  std::string target_url;
  std::string scenario;       ///< File name, or "" for flags.
  std::string scenario_text;  ///< The whole resolved scenario as YAML, redacted; what `run` would take again.
  std::string command;        ///< Reproduces the run.
  std::uint64_t seed = 0;
  std::string shard;  ///< "1/4", or empty.
  std::int64_t workers = 1;
  bool tls_verified = true;
  std::vector<Threshold> thresholds;
  double lag_bound_seconds = 0.1;  ///< p99 of schedule lag and client lag beyond it: the run is inconclusive.
  bool operator==(const RunInfo&) const = default;
};

}  // namespace weir::reports::load
