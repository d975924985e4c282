// `weir-report trend DIR`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "reports/compare/trend.hpp"

namespace weir::reports {

struct TrendOptions {
  std::string folder;
  std::string acknowledged_path;
  std::string output = "-";
  double tolerance = compare::kTrendTolerance;
  bool json = false;
  bool quiet = false;
};

CLI::App* add_trend(CLI::App& app, TrendOptions& options);

/// The exit code; what is wrong with the question goes to the standard error.
int trend_command(const TrendOptions& options);

}  // namespace weir::reports
