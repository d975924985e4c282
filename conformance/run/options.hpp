// The command line of weir-conformance, as values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conformance/run/conduct.hpp"

namespace weir::conformance {

struct Options {
  std::string url;
  std::string profile;
  std::string environment;  ///< Of the profile.
  std::string era;
  std::string revision;
  std::vector<std::string> headers;      ///< "K: V"
  std::vector<std::string> header_envs;  ///< "K: VARIABLE"
  std::string bearer_env;
  std::string api_key_env;
  std::string api_key_header;
  std::vector<std::string> checks;
  std::string checkset;
  std::string level = "may";
  bool strict = false;
  std::string baseline;
  std::string tools_lock;
  bool accept = false;
  std::string tools_gate = "breaking";
  std::optional<double> budget_seconds;  ///< Absent, as the concurrency: by the pace of the target.
  double timeout_seconds = 5;
  double hold_seconds = 0;
  std::optional<int> concurrency;
  std::optional<int> auth_attempts;          ///< Absent: kAuthAttempts, and none while watching.
  std::optional<std::string> across_deploy;  ///< A shell command.
  std::vector<std::string> reports;          ///< "FORMAT=PATH"
  bool list = false;
  bool failure_modes = false;  ///< With list: the failure modes instead of the checks.
  std::string explain;
  bool call_read_only = false;
  std::string ca_file;
  bool insecure = false;
  bool quiet = false;
  bool verbose = false;
  bool json = false;
  std::string color = "auto";
  bool github = false;
  std::optional<double> watch_seconds;  ///< Ask again after so long.
  std::string metrics;                  ///< "127.0.0.1:9465"; empty: no /metrics.
  bool metrics_public = false;
  bool init = false;  ///< The command of that name: first files of a target, in `out`.
  std::string out;
  bool force = false;
};

/// Printed instead of a run: help or version.
struct Printed {
  std::string text;
};

/// An error is one line that names the option and the nearest right one.
wire::Result<std::variant<Options, Printed>> parse_options(int argc, const char* const* argv,
                                                           const std::string& version);

/// The checks that the options leave of the catalogue, by their ids.
wire::Result<std::vector<std::string>> selected_ids(const Options& options);

using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// Reads the profile and the baseline, merges the command line over them, and selects the checks. Everything that could
/// be wrong with the configuration is said here, before the target is asked.
wire::Result<RunPlan> plan_of(const Options& options, const Environment& environment);

}  // namespace weir::conformance
