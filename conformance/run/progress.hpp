// What a run is at, for whoever watches it on a terminal.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "wire/http/http.hpp"

namespace weir::conformance {

/// Written by the threads of a run, read by the one that shows it.
class Progress {
 public:
  struct State {
    std::size_t asked = 0, planned = 0;
    std::string now;
    wire::Deadline deadline{};
  };

  void until(wire::Deadline deadline);
  void at(std::string_view what);
  void plan(std::size_t more);  ///< So many checks are asked besides those known of.
  void asked_one();
  State state() const;

 private:
  mutable std::mutex mutex_;
  State state_;
};

/// "123 of 486 asked, 94 s left at most  session.idle.kept", no wider than a terminal.
std::string progress_line(const Progress::State& state, std::int64_t seconds_left);

/// One line that is written anew while it lives, and is gone after.
class ProgressScreen {
 public:
  using Say = std::function<void(std::string_view)>;
  /// `say` throws nothing, and waits for no reader.
  ProgressScreen(Say say, const Progress& progress);
  ProgressScreen(const ProgressScreen&) = delete;
  ProgressScreen& operator=(const ProgressScreen&) = delete;
  ~ProgressScreen();

 private:
  void show();

  Say say_;
  const Progress& progress_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace weir::conformance
