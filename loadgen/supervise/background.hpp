// A thread that does one piece of blocking work again and again, so that a slow name server or token endpoint never
// holds up the merging of seconds. To be made when the workers have been forked.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace weir::loadgen {

class Background {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Does it once; when it is to be done next (nullopt: when somebody asks).
  using Work = std::function<std::optional<Time>()>;

  /// `work` must own what it uses: at the end it is not waited for while it is in the middle of something.
  Background(Work work, std::optional<Time> first);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  void ask();  ///< Do it now.
  bool running() const { return state_ != nullptr; }

  /// Whether some work goes on that its Background did not wait for. A process with such a one must not run the
  /// destructors of its statics under it, which the libraries it uses have too: it ends by _exit.
  static bool left_behind();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace weir::loadgen
