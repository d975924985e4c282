#include "loadgen/supervise/workers.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>

namespace weir::loadgen {

namespace {

/// How long a worker that closed its socket may take to be gone.
constexpr int kExitGraceMs = 1'000;

void close_other_files(int control) {
  // Above all the sockets of the other workers: each must see the end of the supervisor's side, and of no other.
  if (control > 3) { ::syscall(SYS_close_range, 3U, static_cast<unsigned>(control - 1), 0U); }
  ::syscall(SYS_close_range, static_cast<unsigned>(control + 1), ~0U, 0U);
}

[[noreturn]] void live(const WorkerPlan& plan, const WorkerMain& main, int control, pid_t supervisor) {
  // The supervisor decides when a worker ends: by order, by closing the socket, by dying, or by SIGKILL. The signals of
  // the terminal and of the init system reach the whole group and are the supervisor's business.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) { std::signal(signal, SIG_IGN); }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) { ::_exit(1); }
  ::prctl(PR_SET_NAME, "weir-worker");
  close_other_files(control);
  int code = 2;
  try {
    code = main(plan, control);
  } catch (const std::exception& error) {
    // Nothing of a worker throws by design; what does all the same must not run the supervisor's code a second time.
    std::fprintf(stderr, "weir-loadgen: worker %u: %s; this is a fault of Weir\n", plan.index, error.what());
  }
  ::_exit(code);
}

tl::unexpected<wire::Error> refuse(const char* what) {
  return wire::fail(wire::ErrorCode::internal, fmt::format("no worker can be started ({}: {}): raise 'ulimit -u' or "
                                                           "'ulimit -n'",
                                                           what, std::strerror(errno)));
}

}  // namespace

wire::Result<Workers> Workers::spawn(const std::vector<WorkerPlan>& plans, const WorkerMain& main) {
  Workers workers;
  const auto supervisor = ::getpid();
  std::fflush(nullptr);  // What is buffered would be written by every child once more.
  ::malloc_trim(0);      // What is free here each child would come to own by writing into it.
  for (const auto& plan : plans) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) { return refuse("socketpair"); }
    const auto pid = ::fork();
    if (pid == 0) { live(plan, main, pair[1], supervisor); }
    ::close(pair[1]);
    if (pid < 0) {
      ::close(pair[0]);
      return refuse("fork");
    }
    ::fcntl(pair[0], F_SETFL, O_NONBLOCK);
    workers.members_.emplace_back();
    workers.members_.back().pid = pid;
    workers.members_.back().fd = pair[0];
  }
  return workers;
}

Workers::~Workers() {
  kill_all();
  for (auto& member : members_) {
    if (member.fd >= 0) { reap(member); }
  }
}

std::size_t Workers::alive() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [](const Member& member) { return member.fd >= 0; }));
}

void Workers::send(std::size_t worker, const Order& order) {
  auto& member = members_[worker];
  if (member.fd >= 0) {
    member.pending += encode(order);
    flush(member);
  }
}

void Workers::send_all(const Order& order) {
  for (std::size_t i = 0; i < members_.size(); ++i) { send(i, order); }
}

void Workers::flush(Member& member) {
  while (!member.pending.empty()) {
    const auto wrote = ::send(member.fd, member.pending.data(), member.pending.size(), MSG_NOSIGNAL);
    if (wrote < 0 && errno == EINTR) { continue; }
    if (wrote < 0) {
      return;  // Full: later. Broken: the reading side says so.
    }
    member.pending.erase(0, static_cast<std::size_t>(wrote));
  }
}

void Workers::kill(std::size_t worker) {
  if (members_[worker].fd >= 0) { ::kill(members_[worker].pid, SIGKILL); }
}

void Workers::kill_all() {
  for (std::size_t i = 0; i < members_.size(); ++i) { kill(i); }
}

/// Closes the socket and waits for the process: it is on its way out, or is sent there.
std::string Workers::reap(Member& member) {
  ::close(member.fd);
  member.fd = -1;
  if (const auto process = static_cast<int>(::syscall(SYS_pidfd_open, member.pid, 0)); process >= 0) {
    pollfd exited{process, POLLIN, 0};
    ::poll(&exited, 1, member.verdict.empty() ? kExitGraceMs : 0);
    ::close(process);
  }
  int status = 0;
  pid_t reaped = ::waitpid(member.pid, &status, WNOHANG);
  if (reaped == 0) {
    ::kill(member.pid, SIGKILL);
    do { reaped = ::waitpid(member.pid, &status, 0); } while (reaped < 0 && errno == EINTR);
  }
  if (!member.verdict.empty()) { return member.verdict; }
  return WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                             : fmt::format("exit status {}", WEXITSTATUS(status));
}

bool Workers::receive(std::size_t worker, std::vector<WorkerEvent>& events) {
  auto& member = members_[worker];
  char bytes[64 * 1024];
  for (;;) {
    const auto got = ::recv(member.fd, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) { continue; }
    if (got <= 0) { return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK); }
    member.frames.feed({bytes, static_cast<std::size_t>(got)});
    while (auto report = member.frames.next()) {
      member.finished = member.finished || std::holds_alternative<Finished>(*report);
      events.push_back({worker, std::move(*report)});
    }
    if (member.frames.broken()) {
      member.verdict = "it sent bytes that are no report";
      ::kill(member.pid, SIGKILL);
      return false;
    }
  }
}

std::vector<WorkerEvent> Workers::wait(int timeout_ms) {
  std::vector<pollfd> fds;
  std::vector<std::size_t> who;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].fd >= 0) {
      fds.push_back({members_[i].fd, static_cast<short>(members_[i].pending.empty() ? POLLIN : POLLIN | POLLOUT), 0});
      who.push_back(i);
    }
  }
  std::vector<WorkerEvent> events;
  if (::poll(fds.data(), fds.size(), timeout_ms) <= 0) { return events; }
  for (std::size_t i = 0; i < fds.size(); ++i) {
    auto& member = members_[who[i]];
    if ((fds[i].revents & POLLOUT) != 0) { flush(member); }
    if ((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !receive(who[i], events)) {
      auto how = reap(member);
      events.push_back({who[i], Ended{std::move(how), member.finished}});
    }
  }
  return events;
}

}  // namespace weir::loadgen
