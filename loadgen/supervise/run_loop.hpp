// The time of a run: gives orders ahead of their time, takes in what the workers report, judges the steps of a search,
// and brings everything to an end, by the scenario, by a signal, or because no worker is left.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <vector>

#include "loadgen/supervise/run_record.hpp"
#include "loadgen/supervise/seconds.hpp"
#include "loadgen/supervise/targets.hpp"
#include "loadgen/supervise/test_seams.hpp"
#include "loadgen/supervise/token.hpp"
#include "loadgen/supervise/wall_clock.hpp"

namespace weir::loadgen {

/// What the loop of a run works with; all of it outlives the loop.
struct Supervision {
  const TestSeams& seams;
  const Scenario& scenario;
  const RunOptions& options;
  const Targets& targets;
  const std::atomic<int>& signals;
  Workers& workers;
  RunRecord& record;
  NameKeeper& names;
  TokenKeeper* tokens;      ///< Null: no OAuth.
  Credentials credentials;  ///< Of the moment.
  std::vector<Looked> looked;
  std::int64_t start_ns = 0;  ///< CLOCK_MONOTONIC.
  std::int64_t late_ns = 0;   ///< What of the scenario is over by then.
};

/// Whether there is a file, or anything else, of this path.
bool stop_file_is_there(const std::string& path);

class RunLoop {
 public:
  explicit RunLoop(Supervision supervision);
  /// Blocks until all workers are gone; whether a signal ended it.
  bool run();

 private:
  std::int64_t now_ns() const;  ///< From the start of the run.
  struct Watch {
    std::int64_t heard_ns = 0;
    bool incident = false;
    bool killed = false;
  };
  void send_first_orders();
  void take_in(int timeout_ms);
  int wait_ms() const;
  void take(const WorkerEvent& event);
  void take(std::size_t worker, const Report& report);
  void died(std::size_t worker, const Ended& ended);
  void take_names();
  void take_tokens();
  void watch_for_silence();
  void watch_clock();
  void merge(bool all);
  void join();
  void plan_steps();
  void order(const PhaseStep& step, std::int64_t at_ns);
  void send_orders(const PhaseStep& step, std::int64_t at_ns);
  void began(const PhaseStep& step, std::int64_t at_ns);
  void judge_step();
  bool is_over() const;
  bool is_stopped();
  void stop();
  std::int64_t whole_second(std::int64_t ns) const;
  std::int64_t left_ns() const;

  Supervision s_;
  Seconds seconds_;
  PhasePlan plan_;
  std::vector<Watch> watches_;
  WallClock clock_;
  std::optional<PhaseStep> step_;                         ///< The latest that was given out.
  std::deque<std::pair<std::int64_t, PhaseStep>> ahead_;  ///< Given out, and no second of it has been merged.
  std::int64_t step_end_ns_ = 0;
  bool over_ = false;
  std::int64_t next_stop_look_ns_ = 0;  ///< When the stop file is looked for again; CLOCK_MONOTONIC.
};

}  // namespace weir::loadgen
