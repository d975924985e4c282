// What a verdict is come by with: the gate, services of AWS, and the time that is left. In the function they are real.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "conformance/hook/aws.hpp"
#include "conformance/hook/decision.hpp"

namespace weir::conformance::hook {

struct Means {
  std::function<wire::Result<GateEnd>(const GateCall&)> run_gate;
  /// Returns `keep` before the function's time is over.
  std::function<AwsResult(const AwsService&, std::string_view action, const wire::json::object&,
                          std::chrono::milliseconds keep)>
      call;
  std::function<std::chrono::milliseconds()> left;  ///< Of the function's time.
  std::function<void(std::chrono::milliseconds)> wait;
  std::function<std::int64_t()> unix_seconds;
  std::function<void(std::string_view)> log;
};

}  // namespace weir::conformance::hook
