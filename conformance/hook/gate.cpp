#include "conformance/hook/gate.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace weir::conformance::hook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPoll{20};
constexpr std::chrono::seconds kGrace{1};
constexpr int kNotStarted = 127;

std::optional<int> ended(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, WNOHANG) == child ? std::optional(status) : std::nullopt;
}

/// The status, unless `until` passes first.
std::optional<int> wait_until(pid_t child, Clock::time_point until) {
  for (;;) {
    if (const auto status = ended(child)) { return status; }
    if (Clock::now() >= until) { return std::nullopt; }
    std::this_thread::sleep_for(kPoll);
  }
}

GateEnd end_of(int status, bool timed_out) {
  if (WIFEXITED(status)) { return {.exit_code = WEXITSTATUS(status), .timed_out = timed_out}; }
  return {.signal = WTERMSIG(status), .timed_out = timed_out};
}

}  // namespace

wire::Result<GateEnd> run_gate(const std::string& program, const std::vector<std::string>& arguments,
                               std::chrono::steady_clock::time_point until) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) { argv.push_back(word.data()); }
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) {
    return wire::fail(wire::ErrorCode::shortage, fmt::format("the gate cannot be started: {}", std::strerror(errno)));
  }
  if (child == 0) {
    // From here to exec: nothing that takes a lock. A gate must not outlive who waits for it.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::execv(argv[0], argv.data());
    ::_exit(kNotStarted);
  }
  if (const auto status = wait_until(child, until)) {
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == kNotStarted) {
      return wire::fail(wire::ErrorCode::internal, fmt::format("{} cannot be started", program));
    }
    return end_of(*status, false);
  }
  ::kill(child, SIGTERM);
  if (const auto status = wait_until(child, Clock::now() + kGrace)) { return end_of(*status, true); }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  return end_of(status, true);
}

}  // namespace weir::conformance::hook
