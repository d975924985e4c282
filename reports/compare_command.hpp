// `weir-report compare A B`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "reports/compare/gate.hpp"
#include "reports/compare/load.hpp"

namespace weir::reports {

struct CompareOptions {
  std::string before_path, after_path;
  std::string output = "-";
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool other_target = false;
  compare::GateOptions gate;
  compare::LoadOptions load;
};

CLI::App* add_compare(CLI::App& app, CompareOptions& options);

/// The exit code; what is wrong with the question goes to the standard error.
int compare_command(const CompareOptions& options);

}  // namespace weir::reports
