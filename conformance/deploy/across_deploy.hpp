// What clients see of a deploy: streams and sessions are held, and calls made at a small steady rate, while a hook (of
// --across-deploy, a shell command) puts another version in place and for a while after it. One watch serves all checks
// of deploy.*, which are pure functions of what it saw.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "wire/http/http.hpp"
#include "wire/mcp/era.hpp"

namespace weir::conformance {

struct Target;

/// Whether the check asks about a deploy.
inline bool is_of_deploy(std::string_view check_id) { return check_id.starts_with("deploy."); }

/// How the hook ended.
struct DeployEnd {
  std::optional<int> exit_code;     ///< Absent: it was not there, or it was stopped by us.
  std::string problem;              ///< Then why.
  std::vector<std::string> output;  ///< Its last lines.
  bool good() const { return exit_code == 0; }
  std::string describe() const;  ///< "ended with exit code 3: no such service"
};
/// Deploys, and returns when that is done; before the deadline, and soon after `give_up` says so.
using DeployHook = std::function<DeployEnd(wire::Deadline, const std::function<bool()>& give_up)>;

struct AcrossDeployOptions {
  DeployHook hook;
  std::chrono::milliseconds pace{200};      ///< Between two calls of one client.
  std::chrono::milliseconds before{1000};   ///< Clients are in order for so long before the deploy begins.
  std::chrono::milliseconds after{10'000};  ///< Longest watch after the hook has ended; until the profile's drain_s at
                                            ///< least, and less where nothing more is to come.
};

/// Times are in milliseconds since the deploy began.
struct WatchedCall {
  enum class Of { old_session, new_client, in_flight };
  enum class Fate {
    answered,
    refused,        ///< By a JSON-RPC error.
    session_over,   ///< HTTP 404 in a session, or another 4xx in one of http-sse.
    http_error,     ///< Any other status from 400 on.
    not_connected,  ///< No connection.
    cut,            ///< The connection ended before the answer.
    silent,         ///< No answer in time.
  };
  Of of = Of::new_client;
  Fate fate = Fate::answered;
  int status = 0;
  std::string hop;   ///< Of an http_error: who gave it, as far as it shows.
  std::string text;  ///< One clause: what came.
  std::int64_t begin_ms = 0, end_ms = 0;

  bool lost() const { return fate >= Fate::http_error; }
};

struct WatchedStream {
  wire::EndClass end = wire::EndClass::open;
  std::int64_t end_ms = 0;  ///< Of its end; of the end of the watch where it is open.
  std::optional<std::int64_t> reopened_ms;
  std::string reopen_problem;   ///< What the last attempt met.
  std::string deserted;         ///< Of one that is open: why its server is gone; empty: it is not, or nothing tells.
  bool alive = false;           ///< Of one that is open: its conversation is still answered.
  std::string endpoint_before;  ///< http-sse: what its endpoint event said, and
  std::string endpoint_after;   ///< what that of the stream in its place did.
};

/// What one connection after the deploy was told.
struct ToldVersion {
  std::string server_info;  ///< Canonical JSON.
  std::string tools;
  std::vector<std::string> tool_names;
};

struct EraWatch {
  wire::mcp::Era era{};
  std::string problem;  ///< Why there is nothing to judge: not in order before the deploy.
  std::vector<WatchedStream> streams;
  std::vector<WatchedCall> calls;  ///< In order of their end.
  std::vector<ToldVersion> told;
  std::string slow_tool;  ///< What is always in flight; empty where no safe tool takes long enough.
};

struct DeployWatch {
  DeployEnd end;
  std::int64_t deploy_ms = 0;   ///< How long the hook took.
  std::int64_t watched_ms = 0;  ///< From the beginning of the deploy to the end of the watch.
  std::vector<EraWatch> eras;
  const EraWatch* of(wire::mcp::Era era) const;
};

class AcrossDeploy {
 public:
  explicit AcrossDeploy(AcrossDeployOptions options) : options_(std::move(options)) {}
  /// The first call deploys and watches; every other one waits for it and gives the same.
  const DeployWatch& watch(const Target& target, wire::Deadline deadline, const std::function<bool()>& give_up);

 private:
  AcrossDeployOptions options_;
  std::once_flag once_;
  DeployWatch seen_;
};

/// A hook that runs `sh -c COMMAND` in a process group of its own, without input; the group is killed when the deadline
/// passes or the run is given up, and whatever the command leaves running is killed by stop_deploys().
DeployHook deploy_command(std::string command);
/// Ends what the commands of this process have left running: SIGTERM, and SIGKILL half a second later.
void stop_deploys();

/// The hop that gave this status, as far as its head and text show; else "server".
std::string hop_of(const wire::Exchange& exchange, std::string_view text);

}  // namespace weir::conformance
