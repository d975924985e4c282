// The gate as a probe: a whole run each period, for as long as nobody ends it, and the latest verdict on /metrics.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "reports/conformance/results.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/http/http.hpp"
#include "wire/serve/listen.hpp"

namespace weir::conformance {

struct Watching {
  std::chrono::milliseconds every{0};
  const std::atomic<bool>* interrupted = nullptr;  ///< Ends the watch.
  /// A whole run. The error of the first one is bad configuration, and ends the watch; a later one is told.
  std::function<wire::Result<reports::Results>()> ask;
  /// Of each run that came to its end.
  std::function<void(const reports::Results&)> tell;
  std::function<void(const wire::Error&)> complain;
};

/// The results of the last run that came to its end; of the one that the signal ended where there was none before it.
wire::Result<reports::Results> watch(const Watching& watching);

/// When the run after one that began at `begin` begins: a whole number of periods later. Periods that the run took
/// longer than are left out, so that runs never overlap and none is caught up with.
wire::Clock::time_point next_run(wire::Clock::time_point begin, wire::Clock::time_point now,
                                 std::chrono::milliseconds every);

/// "2026-11-21T02:00:00Z FAIL in 1.2 s: 2 checks failed: jsonrpc.id.echoed, ping.answered"
std::string watch_line(const reports::Results& results);

/// Whether a reader of the last report finds another verdict in this one, or other checks that failed.
bool is_news(const reports::Results& before, const reports::Results& now);

/// /metrics of the latest verdict: nothing before the first one.
class GateMetrics {
 public:
  /// `last_success_s`: when the target passed last, as far as is known before the first run; 0: never.
  static wire::Result<GateMetrics> serve(const std::string& address, wire::Reach reach, std::int64_t last_success_s);
  GateMetrics(GateMetrics&&) noexcept;
  GateMetrics& operator=(GateMetrics&&) noexcept;
  ~GateMetrics();

  void show(const reports::Results& results);
  const std::string& address() const WEIR_LIFETIME_BOUND;  ///< With the port that was bound.

 private:
  struct Impl;
  explicit GateMetrics(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::conformance
