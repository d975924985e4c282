// What a run was asked to do, as its journal keeps it: everything that a report needs beside the numbers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
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

/// A run that several generators do together: each does one part of it.
struct ShardInfo {
  std::uint32_t index = 0, count = 1;  ///< From 0.
  std::int64_t late_ns = 0;            ///< It began so long after the start of the run, at that place of the scenario.
  /// Of numbers that were added up afterwards: the parts that are in them. Empty: the numbers of one generator.
  std::vector<std::uint32_t> merged;
  bool operator==(const ShardInfo&) const = default;

  bool alone() const { return count <= 1 && merged.empty(); }
  std::string text() const;  ///< "1/4", "4 of 4 together"; empty where there is but one.
};

/// The wall clock of the machine that the load came from.
struct ClockInfo {
  std::string kernel;          ///< Boot id of the kernel that has it: machines of one id share a clock.
  std::int64_t error_ns = -1;  ///< The most that it is off, as the kernel knows; -1: nobody keeps it, or not known.
  bool operator==(const ClockInfo&) const = default;
};

/// What the target says of itself in its answer to `initialize`; empty where it was not asked or said nothing.
struct ServerInfo {
  std::string name, version, revision;
  bool operator==(const ServerInfo&) const = default;
};

struct RunInfo {
  std::string tool_version;
  std::string kernel;              ///< "Linux 6.1.0 x86_64", of the machine that the load came from.
  std::string run_id;              ///< The same for all parts of one run.
  std::string started_at;          ///< RFC 3339, UTC.
  std::int64_t start_unix_ns = 0;  ///< The same by the wall clock of this machine.
  ClockInfo clock;
  std::int64_t utc_offset_s = 0;                            ///< Of the time zone of this machine, to the east.
  std::vector<std::pair<std::string, std::string>> labels;  ///< As the user named the run: "commit", "4f2a91c".
  std::string target_name;
  std::string target_url;
  ServerInfo server;
  std::string scenario;       ///< File name, or "" for flags.
  std::string scenario_text;  ///< The whole resolved scenario as YAML, redacted; what `run` would take again.
  /// Of all that decides what load there is; the machines' own matters (workers, source addresses) left out.
  std::string scenario_hash;
  std::string command;  ///< Reproduces the run.
  std::uint64_t seed = 0;
  ShardInfo shard;
  std::int64_t workers = 1;
  std::int64_t second_ns = 1'000'000'000;  ///< Between the samples.
  bool tls_verified = true;
  std::vector<Threshold> thresholds;
  double lag_bound_seconds = 0.1;  ///< p99 of schedule lag and client lag beyond it: the run is inconclusive.
  bool operator==(const RunInfo&) const = default;
};

}  // namespace weir::reports::load
