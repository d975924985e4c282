// The worker processes as the supervisor sees them: forked, spoken to over a socket pair each, watched, and gone when
// this is destroyed. What a worker sends is not trusted; one that cannot be understood is killed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "loadgen/worker/worker.hpp"
#include "wire/base/error.hpp"

namespace weir::loadgen {

/// What runs in the forked process; run_worker, or what a test puts in its place.
using WorkerMain = std::function<int(const WorkerPlan& plan, int control)>;

/// A worker's end. `how`: "signal 9", "exit status 2", "sent bytes that are no report".
struct Ended {
  std::string how;
  bool finished = false;  ///< It had said so: this is no death.
};
struct WorkerEvent {
  std::size_t worker = 0;
  std::variant<Report, Ended> what;
};

class Workers {
 public:
  /// Forks one process for each plan; no thread may run yet. The processes die with this one, whatever kills it.
  static wire::Result<Workers> spawn(const std::vector<WorkerPlan>& plans, const WorkerMain& main);
  Workers(Workers&&) noexcept = default;
  Workers& operator=(Workers&&) = delete;
  ~Workers();  ///< Kills and reaps what is left.

  std::size_t size() const { return members_.size(); }
  std::size_t alive() const;
  bool alive(std::size_t worker) const { return members_[worker].fd >= 0; }
  pid_t pid(std::size_t worker) const { return members_[worker].pid; }

  void send(std::size_t worker, const Order& order);
  void send_all(const Order& order);
  void kill(std::size_t worker);
  void kill_all();
  /// What came from the workers, at the latest after `timeout_ms`; a signal to this process ends it early.
  std::vector<WorkerEvent> wait(int timeout_ms);

 private:
  struct Member {
    pid_t pid = -1;
    int fd = -1;  ///< -1: gone and reaped.
    Frames<Report> frames;
    std::string pending;  ///< Orders that the socket has not taken.
    bool finished = false;
    std::string verdict;  ///< Why we killed it.
  };
  Workers() = default;
  bool receive(std::size_t worker, std::vector<WorkerEvent>& events);
  static void flush(Member& member);
  static std::string reap(Member& member);

  std::vector<Member> members_;
};

}  // namespace weir::loadgen
