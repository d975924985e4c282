// The shell command of --across-deploy: its process group, its output and its end.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "conformance/deploy/across_deploy.hpp"
#include "wire/json/json.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kOutputLines = 12;
constexpr std::size_t kLineBytes = 300;
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::milliseconds kGrace{500};

/// A command's process group, and who ends it where we no longer can.
struct Group {
  pid_t pid = -1;
  pid_t watcher = -1;      ///< -1: none could be started.
  int watched_until = -1;  ///< The end of a pipe that the kernel closes with us.
};

/// Groups that commands of this process have begun; a signal to one without members does no harm.
struct Groups {
  std::mutex mutex;
  std::vector<Group> all;
};
Groups& groups() {
  static Groups one;
  return one;
}

/// The last lines of what was written.
class LastLines {
 public:
  void take(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        finish();
      } else if (line_.size() < kLineBytes && c != '\r') {
        line_ += c;
      }
    }
  }
  std::vector<std::string> lines() && {
    finish();
    return {lines_.begin(), lines_.end()};
  }

 private:
  void finish() {
    if (!line_.empty()) {
      lines_.push_back(wire::excerpt(std::string_view(line_), kLineBytes));
      line_.clear();
    }
    if (lines_.size() > kOutputLines) { lines_.pop_front(); }
  }
  std::string line_;
  std::deque<std::string> lines_;
};

struct Child {
  pid_t pid = -1;
  int output = -1;
};

/// errno where there is none.
tl::expected<Child, int> spawn(const std::string& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) { return tl::unexpected(errno); }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  // Weir ignores these; what it starts must not inherit that.
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGXFSZ);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  std::string text = command;
  std::array<char, 3> shell{'s', 'h', '\0'};
  std::array<char, 3> flag{'-', 'c', '\0'};
  std::array<char*, 4> arguments{shell.data(), flag.data(), text.data(), nullptr};
  Child child{.output = ends[0]};
  const int error = ::posix_spawn(&child.pid, "/bin/sh", &actions, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return tl::unexpected(error);
  }
  return child;
}

/// A shell that ends the group once we are gone, by whatever signal: nothing may go on deploying that nobody watches.
/// It has a group of its own, as a terminal's signals are not meant for it.
Group watched(pid_t pid) {
  constexpr std::string_view kScript =
      "trap '' INT TERM HUP; read line; kill -s TERM -- -$0; sleep 1; kill -s KILL -- -$0";
  Group group{.pid = pid};
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) { return group; }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::array<std::string, 4> words{"sh", "-c", std::string(kScript), std::to_string(pid)};
  std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  if (::posix_spawn(&group.watcher, "/bin/sh", &actions, &attributes, arguments.data(), environ) != 0) {
    group.watcher = -1;
  }
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  ::close(ends[0]);
  group.watched_until = ends[1];
  return group;
}

/// Takes what there is; false at the end.
bool drain(int output, LastLines& lines) {
  std::array<char, 4096> buffer;
  for (;;) {
    const auto count = ::read(output, buffer.data(), buffer.size());
    if (count <= 0) { return count < 0 && (errno == EAGAIN || errno == EINTR); }
    lines.take({buffer.data(), static_cast<std::size_t>(count)});
  }
}

void kill_group(pid_t group, int signal) { ::kill(-group, signal); }

/// SIGTERM, and SIGKILL when that was not enough.
void end_command(pid_t pid, int& status) {
  kill_group(pid, SIGTERM);
  const auto patience = wire::Deadline::in(kGrace);
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    if (patience.passed()) {
      kill_group(pid, SIGKILL);
      ::waitpid(pid, &status, 0);
      return;
    }
    std::this_thread::sleep_for(kPoll);
  }
}

DeployEnd run_command(const std::string& command, wire::Deadline deadline, const std::function<bool()>& give_up) {
  DeployEnd end;
  const auto child = spawn(command);
  if (!child) {
    end.problem = fmt::format("could not be started: {}", std::strerror(child.error()));
    return end;
  }
  {
    const std::lock_guard lock(groups().mutex);
    groups().all.push_back(watched(child->pid));
  }
  LastLines lines;
  int status = 0;
  bool writing = true;
  bool ended = false;
  while (!ended && !deadline.passed() && !give_up()) {
    pollfd ready{.fd = writing ? child->output : -1, .events = POLLIN, .revents = 0};
    ::poll(&ready, 1, static_cast<int>(kPoll.count()));
    writing = writing && drain(child->output, lines);
    ended = ::waitpid(child->pid, &status, WNOHANG) == child->pid;
  }
  if (!ended) {
    end_command(child->pid, status);
    end.problem = deadline.passed() ? "was still running when the budget was used up" : "was stopped with the run";
  } else if (WIFEXITED(status)) {
    end.exit_code = WEXITSTATUS(status);
  } else {
    end.problem = fmt::format("was ended by signal {}", WTERMSIG(status));
  }
  // What it has left running may hold the other end: nobody waits for that.
  drain(child->output, lines);
  ::close(child->output);
  end.output = std::move(lines).lines();
  return end;
}

bool has_members(const Group& group) { return ::kill(-group.pid, 0) == 0; }

void end_watcher(const Group& group) {
  if (group.watcher > 0) {
    ::kill(group.watcher, SIGKILL);
    ::waitpid(group.watcher, nullptr, 0);
  }
  if (group.watched_until >= 0) { ::close(group.watched_until); }
}

}  // namespace

std::string DeployEnd::describe() const {
  std::string text = exit_code ? fmt::format("ended with exit code {}", *exit_code) : problem;
  if (!good() && !output.empty()) { text += ": " + output.back(); }
  return text;
}

DeployHook deploy_command(std::string command) {
  return [command = std::move(command)](wire::Deadline deadline, const std::function<bool()>& give_up) {
    return run_command(command, deadline, give_up);
  };
}

void stop_deploys() {
  const std::lock_guard lock(groups().mutex);
  auto& all = groups().all;
  for (const auto& group : all) { kill_group(group.pid, SIGTERM); }
  const auto patience = wire::Deadline::in(kGrace);
  while (!patience.passed() && std::any_of(all.begin(), all.end(), has_members)) { std::this_thread::sleep_for(kPoll); }
  for (const auto& group : all) {
    kill_group(group.pid, SIGKILL);
    end_watcher(group);
  }
  all.clear();
}

}  // namespace weir::conformance
