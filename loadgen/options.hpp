// The command line of weir-loadgen, as values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "loadgen/probe_idle/probe_idle_command.hpp"
#include "loadgen/scenario/hold_flags.hpp"
#include "loadgen/supervise/supervisor.hpp"

namespace weir::loadgen {

struct CommandLine {
  enum class Command { run, hold, probe_idle };
  Command command = Command::run;
  std::string scenario;  ///< run: the file.
  double scale = 1;      ///< run: what its times are multiplied by.
  HoldFlags hold;        ///< hold: its own flags; workers, seed, sources, resolve and thresholds serve `run` too.
  std::int64_t workers = 0;
  std::string seed;  ///< Empty: the scenario's.
  std::string profile;
  std::string environment;               ///< Of the profile.
  std::vector<std::string> headers;      ///< "K: V"
  std::vector<std::string> header_envs;  ///< "K: VARIABLE"
  std::string bearer_env;
  std::string ca_file;
  bool insecure = false;
  std::vector<std::string> may_load;  ///< Hosts.
  std::string stop_file;
  std::string metrics, push, textfile, journal;
  bool metrics_public = false;
  std::string ui;
  bool ui_public = false;
  std::string metrics_linger;
  std::vector<std::string> reports;  ///< "FORMAT=PATH"
  std::string run_id;
  std::vector<std::string> labels;  ///< "K=V"
  std::string shard;                ///< "I/N", I from 1.
  std::string start_at;
  bool dry_run = false;
  bool quiet = false;
  bool json = false;
  std::string color = "auto";
  ProbeIdleArguments probe_idle;
};

/// Printed instead of a run: help or version.
struct Printed {
  std::string text;
};

/// An error is one line that names the option and the nearest right one.
wire::Result<std::variant<CommandLine, Printed>> parse_options(int argc, const char* const* argv,
                                                               const std::string& version);

/// The scenario of `run` or `hold`, with what the command line says about its target. Secrets come from `environment`.
wire::Result<Scenario> scenario_from(const CommandLine& options, const Environment& environment);

/// `arguments` as they were typed; what `secrets` holds does not show in them. `now_unix_ns` is what `+30s` counts
/// from. Without --shard `environment` says whether this is one of an array of jobs.
wire::Result<RunOptions> run_options_from(const CommandLine& options, const std::vector<std::string>& arguments,
                                          const std::vector<std::string>& secrets, const Environment& environment,
                                          std::int64_t now_unix_ns);

}  // namespace weir::loadgen
