// The clients of one era during a deploy, each on a thread of its own: holders of streams, an old session, new clients,
// and one whose call is always in flight.
#pragma once

#include <atomic>
#include <limits>
#include <thread>

#include "conformance/ask/held_stream.hpp"
#include "conformance/ask/tools.hpp"
#include "conformance/deploy/across_deploy.hpp"

namespace weir::conformance {

/// What the clients of all eras have in common.
struct DeployStage {
  const Target& target;
  std::chrono::milliseconds pace;
  wire::Deadline deadline;
  std::atomic<bool> over{false};
  std::atomic<bool> deployed{false};  ///< The hook has ended.
  wire::Clock::time_point origin = wire::Clock::now();

  std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - origin).count();
  }
};

class EraClients {
 public:
  EraClients(DeployStage& stage, const Survey& survey);
  EraClients(const EraClients&) = delete;
  EraClients& operator=(const EraClients&) = delete;
  ~EraClients();

  /// Opens what is held, and starts the clients.
  void start();
  /// A call has been answered, and the slow tool, where there is one, is at work and not half through: a deploy that
  /// begins now meets this call.
  bool in_flight() const;
  /// Nothing more is to come: streams have ended and are open again, old sessions are over, new clients are served.
  bool settled() const;
  /// After `over`: what was seen, with times since the stage's origin.
  EraWatch finish();

 private:
  struct Held {
    HeldStream stream;
    wire::Clock::time_point opened;
    std::size_t seen;  ///< Its place in EraWatch::streams.
    bool ended = false;
    bool again = false;  ///< It is open again.
  };
  struct Client;

  void run(std::function<void()> client);
  void hold(Client& client);
  void watch_held(Held& held);
  void take_up_again(Client& client, Held& held);
  void ask_without_stream(Client& client, const wire::mcp::Dialogue& dialogue);
  void judge_open(Client& client, Held& held);
  void keep_old_session(Client& client);
  void come_as_new();
  void stay_in_flight();
  void compare_versions();
  void pick_slow_tool(Client& client, wire::mcp::Dialogue& dialogue);
  void add(WatchedCall call);
  void pace(wire::Clock::time_point& next) const;

  static constexpr std::int64_t kIdle = std::numeric_limits<std::int64_t>::min();

  DeployStage& stage_;
  const Survey& survey_;
  std::vector<ToolCall> tools_;
  EraWatch seen_;
  std::optional<ToolCall> slow_;
  std::int64_t slow_ms_ = 0;  ///< How long it takes.
  mutable std::mutex mutex_;  ///< Of the calls and the problem.
  std::vector<std::thread> threads_;
  std::atomic<bool> answered_{false}, streams_settled_{false}, old_settled_{false};
  std::atomic<std::int64_t> in_flight_since_ms_{kIdle};
  std::atomic<int> served_in_a_row_{0};  ///< New clients, since the hook has ended.
};

}  // namespace weir::conformance
