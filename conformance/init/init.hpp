// `weir-conformance init URL --out DIR`: the first files of a target, so that the next run on it is green.
#pragma once

#include "conformance/run/options.hpp"

namespace weir::conformance {

/// Where the files stand: profile.yaml, baseline.yaml and tools.lock.json of `folder`.
struct FirstPaths {
  std::string profile, baseline, lock;
};
FirstPaths first_paths(const std::string& folder);

struct InitRun {
  std::string version;
  std::string started_at;
  const std::atomic<bool>* interrupted = nullptr;
};

struct Initialized {
  std::string text;  ///< For people: what was found, and the command to run next.
  reports::ExitCode code = reports::ExitCode::good;
};

/// Asks the endpoint, and writes. An error is bad configuration: a file that is there already, a variable that is not
/// set, a folder that cannot be written. An endpoint that cannot be tested leaves no file.
wire::Result<Initialized> initialize_target(const Options& options, const Environment& environment, const InitRun& run);

}  // namespace weir::conformance
