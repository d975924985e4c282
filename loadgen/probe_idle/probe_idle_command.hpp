// `weir-loadgen probe-idle URL`: its options, and what is printed. A main adds the subcommand and runs it.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "loadgen/probe_idle/probe_idle.hpp"

namespace CLI {
class App;
}

namespace weir::loadgen {

struct ProbeIdleArguments {
  std::string url, profile, environment, era, revision, bearer_variable, ca_file, keep_alive_path;
  std::vector<std::string> headers;      ///< "Name: value"
  std::vector<std::string> header_envs;  ///< "Name: VARIABLE"
  std::vector<std::string> may_load;     ///< Hosts.
  std::size_t streams = ProbeIdleOptions{}.streams;
  double longest_s = ProbeIdleOptions{}.longest_s;
  double resolution_s = ProbeIdleOptions{}.resolution_s;
  double scale = ProbeIdleOptions{}.scale;
  double budget_s = 0;  ///< 0: the profile's, if any.
  bool insecure = false;
  bool json = false;
  bool quiet = false;
};

/// Adds the subcommand; the arguments must outlive the parsing.
CLI::App* declare_probe_idle(CLI::App& app, ProbeIdleArguments& arguments);

/// What of them must not be shown: values of headers, and what stands in the URL.
std::vector<std::string> credentials_of(const ProbeIdleArguments& arguments);

/// `bad_input` with one sentence for what cannot be used.
wire::Result<ProbeIdleOptions> probe_idle_options(const ProbeIdleArguments& arguments);

/// Few streams may be held anywhere; more of them, as every load, where that is allowed (load_permission.hpp). Names
/// are looked up, not beyond the run, and nobody is connected to.
wire::Result<void> may_probe(const ProbeIdleArguments& arguments, const ProbeIdleOptions& options,
                             const wire::RunBounds& run = {});

/// Prints the report on stdout, progress and complaints on stderr; returns the exit code.
int run_probe_idle(const ProbeIdleArguments& arguments, const std::atomic<bool>& stop);

}  // namespace weir::loadgen
