#include "loadgen/supervise/background.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace weir::loadgen {

namespace {

std::atomic<int> left_behind_count = 0;

}  // namespace

bool Background::left_behind() { return left_behind_count > 0; }

struct Background::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  bool asked = false;
  bool busy = false;
  bool left = false;  // Nobody waits for the thread.
  std::optional<Time> due;
  Work work;
  std::thread thread;

  void run() {
    std::unique_lock lock(mutex);
    const auto wanted = [this] { return stop || asked; };
    while (!stop) {
      if (due) {
        changed.wait_until(lock, *due, wanted);
      } else {
        changed.wait(lock, wanted);
      }
      if (stop || (!asked && due && std::chrono::steady_clock::now() < *due)) { continue; }
      asked = false;
      busy = true;
      lock.unlock();
      const auto next = work();
      lock.lock();
      busy = false;
      due = next;
    }
    if (left) { --left_behind_count; }
  }
};

Background::Background(Work work, std::optional<Time> first) : state_(std::make_shared<State>()) {
  state_->work = std::move(work);
  state_->due = first;
  try {
    // The thread keeps its state alive, whatever becomes of the one that started it.
    state_->thread = std::thread([state = state_] { state->run(); });
  } catch (const std::system_error&) { state_.reset(); }
}

Background::~Background() {
  if (!state_) { return; }
  std::unique_lock lock(state_->mutex);
  state_->stop = true;
  const bool busy = state_->busy;
  state_->left = busy;
  if (busy) { ++left_behind_count; }
  lock.unlock();
  state_->changed.notify_all();
  if (busy) {
    state_->thread.detach();
  } else {
    state_->thread.join();
  }
}

void Background::ask() {
  if (state_) {
    const std::lock_guard lock(state_->mutex);
    state_->asked = true;
    state_->changed.notify_all();
  }
}

}  // namespace weir::loadgen
