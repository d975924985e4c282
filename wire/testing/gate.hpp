// Something that one thread waits for and another lets happen: tests wait for conditions, never for time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace weir::wire::testing {

class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// False only when something is wrong: the bound keeps a failing test from hanging.
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace weir::wire::testing
