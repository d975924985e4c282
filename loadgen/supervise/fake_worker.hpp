// A worker for tests of the supervisor: it speaks the protocol and holds no stream, and it can misbehave.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>

#include "loadgen/net/loop.hpp"
#include "loadgen/supervise/test_seams.hpp"
#include "loadgen/worker/schedule.hpp"

namespace weir::loadgen::testing {

/// Short seconds: a run of ten of them takes less than one of a clock's. Under a sanitizer a worker may take longer to
/// fork than such a second lasts.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEIR_SLOW_FORK
#endif
#endif
#ifdef WEIR_SLOW_FORK
inline constexpr std::int64_t kShortSecond = 200 * kMillisecond;
#else
inline constexpr std::int64_t kShortSecond = 60 * kMillisecond;
#endif

/// A port that takes connections and never answers.
class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::listen(fd_, 64);
    socklen_t length = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/events"; }

 private:
  int fd_;
  int port_ = 0;
};

/// What a fake worker does before each of its reports; `second` counts from 1. The default is nothing.
using Mischief = std::function<void(const WorkerPlan& plan, std::int64_t second, int control)>;

class FakeWorker {
 public:
  FakeWorker(const WorkerPlan& plan, int control, const Mischief& mischief)
      : plan_(plan),
        control_(control),
        mischief_(mischief),
        numbers_(plan.layout),
        schedule_(plan.layout.populations.size(), plan.index, plan.count) {}

  int run() {
    send(Started{});
    for (std::int64_t second = 1;;) {
      const auto end = plan_.run_start_ns + second * plan_.second_ns;
      const auto now = monotonic_ns();
      if (now >= end) {
        step(end - 1);  // What begins with the next second belongs to it.
        if (mischief_) { mischief_(plan_, second, control_); }
        report(second * plan_.second_ns);
        ++second;
        continue;
      }
      pollfd readable{control_, POLLIN, 0};
      ::poll(&readable, 1, static_cast<int>((end - now) / kMillisecond + 1));
      if (readable.revents != 0 && !receive()) { return 1; }
      if (stopping_) {
        step(monotonic_ns());
        report(monotonic_ns() - plan_.run_start_ns);
        send(Finished{});
        return 0;
      }
    }
  }

 private:
  bool receive() {
    char bytes[4096];
    const auto got = ::recv(control_, bytes, sizeof bytes, 0);
    if (got <= 0) { return false; }
    frames_.feed({bytes, static_cast<std::size_t>(got)});
    while (const auto order = frames_.next()) {
      if (const auto* phase = std::get_if<PhaseOrder>(&*order)) {
        schedule_.order(*phase);
      } else if (const auto* credentials = std::get_if<CredentialsOrder>(&*order)) {
        if (credentials->credentials.bearer == "refuse me") { send(TokenRefused{credentials->credentials.generation}); }
      } else if (const auto* addresses = std::get_if<AddressesOrder>(&*order)) {
        addresses_ += addresses->addresses.size();
      } else {
        stopping_ = true;
      }
    }
    return !frames_.broken();
  }

  void step(std::int64_t now) {
    std::vector<Action> actions;
    schedule_.due(now, actions);
    for (const auto& action : actions) {
      auto& numbers = numbers_.populations[action.population];
      if (action.what == Action::What::add) {
        ++numbers[reports::load::Counter::streams_opened];
      } else if (action.what == Action::What::churn || action.what == Action::What::remove) {
        ++numbers.ends[static_cast<std::size_t>(reports::load::EndReason::client)];
      } else if (action.what == Action::What::drop_all) {
        ++numbers.ends[static_cast<std::size_t>(reports::load::EndReason::rst)];
      }
    }
  }

  void report(std::int64_t at_ns) {
    for (std::size_t i = 0; i < numbers_.populations.size(); ++i) {
      numbers_.populations[i][reports::load::Gauge::streams_open] = schedule_.wanted(i);
      numbers_.populations[i][reports::load::Gauge::streams_target] = schedule_.wanted(i);
    }
    numbers_[reports::load::WorkerGauge::alive] = 1;
    numbers_.at_ns = at_ns;
    numbers_.span_ns = plan_.second_ns;
    numbers_.phase = schedule_.phase();
    SecondReport second;
    encode_snapshot(numbers_, second.snapshot);
    numbers_.clear();
    send(second);
  }

  void send(const Report& report) {
    const auto bytes = encode(report);
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto wrote = ::send(control_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (wrote <= 0) { ::_exit(1); }
      sent += static_cast<std::size_t>(wrote);
    }
  }

  const WorkerPlan& plan_;
  int control_;
  const Mischief& mischief_;
  reports::load::Snapshot numbers_;
  Schedule schedule_;
  Frames<Order> frames_;
  std::size_t addresses_ = 0;
  bool stopping_ = false;
};

inline WorkerMain fake_worker(Mischief mischief = {}) {
  return [mischief = std::move(mischief)](const WorkerPlan& plan, int control) {
    return FakeWorker(plan, control, mischief).run();
  };
}

}  // namespace weir::loadgen::testing
