#include "loadgen/net/loop.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "wire/base/duration.hpp"

namespace weir::loadgen {

namespace {

constexpr int kEventsAtOnce = 512;
constexpr std::int64_t kRoundMost = 50 * wire::kMillisecond;  // Then others have their turn: timers, the report.
constexpr int kLookEvery = 8;                                 // Events; a look at the clock costs as much as a few.

constexpr std::uint16_t kWatched = 1U << 15;
constexpr std::uint16_t kLingers = 1U << 14;  // Forgotten, but perhaps not closed: it may still be in the set.
constexpr std::uint16_t kRoundMask = kLingers - 1;

constexpr int kFdBits = 24;
constexpr int kKindShift = 56;

std::uint64_t pack(int fd, Kind kind, std::uint32_t slot) {
  return (static_cast<std::uint64_t>(kind) << kKindShift) | (static_cast<std::uint64_t>(fd) << 32) | slot;
}

std::int64_t read_clock(clockid_t clock) {
  timespec at{};
  ::clock_gettime(clock, &at);
  return at.tv_sec * wire::kSecond + at.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }
std::int64_t realtime_ns() { return read_clock(CLOCK_REALTIME); }

std::optional<std::int64_t> arrival_ns(std::int64_t kernel_realtime_ns, std::int64_t realtime_offset_ns,
                                       std::int64_t earliest_ns, std::int64_t now_ns) {
  constexpr std::int64_t kSet = wire::kSecond;  // The offset is as old as that, and clocks that are slewed lose less.
  if (kernel_realtime_ns == 0) { return std::nullopt; }
  const std::int64_t arrived_ns = kernel_realtime_ns - realtime_offset_ns;
  if (arrived_ns < earliest_ns - kSet || arrived_ns > now_ns + kSet) { return std::nullopt; }
  return std::clamp(arrived_ns, std::min(earliest_ns, now_ns), now_ns);
}

wire::Result<Loop> Loop::make() {
  Loop loop;
  loop.fd_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (loop.fd_ < 0) {
    return wire::fail(wire::ErrorCode::internal,
                      fmt::format("epoll_create1: {}; raise the limit of open files", std::strerror(errno)));
  }
  loop.events_ = std::make_unique_for_overwrite<epoll_event[]>(kEventsAtOnce);
  loop.set_now();
  return loop;
}

Loop::Loop(Loop&& other) noexcept { *this = std::move(other); }

Loop& Loop::operator=(Loop&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) { ::close(fd_); }
    fd_ = std::exchange(other.fd_, -1);
    marks_ = std::move(other.marks_);
    events_ = std::move(other.events_);
    count_ = other.count_;
    at_ = other.at_;
    round_ = other.round_;
    now_ns_ = other.now_ns_;
    realtime_offset_ns_ = other.realtime_offset_ns_;
    offset_read_ns_ = other.offset_read_ns_;
    handlers_ = other.handlers_;
    again_ = std::move(other.again_);
  }
  return *this;
}

Loop::~Loop() {
  if (fd_ >= 0) { ::close(fd_); }
}

bool Loop::control(int operation, int fd, Kind kind, std::uint32_t slot, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.u64 = pack(fd, kind, slot);
  return ::epoll_ctl(fd_, operation, fd, &event) == 0;
}

bool Loop::watch(int fd, Kind kind, std::uint32_t slot, std::uint32_t events) {
  if (fd < 0 || fd >= 1 << kFdBits) { return false; }
  if (static_cast<std::size_t>(fd) >= marks_.size()) {
    marks_.resize(std::max<std::size_t>(fd + 1, marks_.size() + marks_.size() / 4), 0);
  }
  std::uint16_t& mark = marks_[fd];
  // A forgotten number is either the same descriptor in other hands, or a new one.
  const bool moved = (mark & kLingers) != 0 && control(EPOLL_CTL_MOD, fd, kind, slot, events);
  if (!moved && !control(EPOLL_CTL_ADD, fd, kind, slot, events)) { return false; }
  mark = static_cast<std::uint16_t>(kWatched | (round_ & kRoundMask));
  return true;
}

bool Loop::change(int fd, Kind kind, std::uint32_t slot, std::uint32_t events) {
  return control(EPOLL_CTL_MOD, fd, kind, slot, events);
}

void Loop::forget(int fd) {
  if (fd >= 0 && static_cast<std::size_t>(fd) < marks_.size()) {
    marks_[fd] = static_cast<std::uint16_t>(kLingers | (round_ & kRoundMask));
  }
}

void Loop::set_now() {
  now_ns_ = monotonic_ns();
  if (offset_read_ns_ == 0 || now_ns_ - offset_read_ns_ >= wire::kSecond) {
    offset_read_ns_ = now_ns_;
    realtime_offset_ns_ = realtime_ns() - now_ns_;
  }
}

/// epoll_pwait2 is missing before Linux 5.11 and behind some seccomp filters; milliseconds, rounded up, do there.
int Loop::wait(std::int64_t until_ns) {
  static bool nanoseconds = true;
  const std::int64_t left_ns = until_ns == INT64_MAX ? INT64_MAX : std::max<std::int64_t>(until_ns - monotonic_ns(), 0);
  if (left_ns == 0) { return ::epoll_wait(fd_, events_.get(), kEventsAtOnce, 0); }
  if (nanoseconds) {
    const timespec timeout{left_ns / wire::kSecond, left_ns % wire::kSecond};
    const int count =
        ::epoll_pwait2(fd_, events_.get(), kEventsAtOnce, left_ns == INT64_MAX ? nullptr : &timeout, nullptr);
    nanoseconds = count >= 0 || (errno != ENOSYS && errno != EPERM);
    if (nanoseconds) { return count; }
  }
  const std::int64_t most_ms = 3'600'000;
  const int timeout_ms = static_cast<int>(std::min(most_ms, left_ns / wire::kMillisecond + 1));
  return ::epoll_wait(fd_, events_.get(), kEventsAtOnce, timeout_ms);
}

void Loop::dispatch(const epoll_event& event) {
  const std::uint64_t data = event.data.u64;
  const auto fd = static_cast<std::uint32_t>(data >> 32) & ((1U << kFdBits) - 1);
  const std::uint16_t mark = marks_[fd];
  if ((mark & kWatched) == 0) {
    epoll_event unused{};  // It was forgotten and lives on.
    ::epoll_ctl(fd_, EPOLL_CTL_DEL, static_cast<int>(fd), &unused);
    return;
  }
  // Watched within this round. (Or exactly 2^14 rounds ago: it is then reported again.)
  if ((mark & kRoundMask) == (round_ & kRoundMask)) { return; }
  if (Ready* handler = handlers_[data >> kKindShift]) {
    handler->ready(static_cast<std::uint32_t>(data), event.events);
  }
}

int Loop::run_once(std::int64_t until_ns) {
  if (at_ == count_) {
    count_ = std::max(wait(again_.empty() ? until_ns : 0), 0);
    at_ = 0;
    round_ = (round_ & kRoundMask) == kRoundMask ? 1 : static_cast<std::uint16_t>(round_ + 1);  // 0: before the first.
  }
  set_now();
  const int from = at_;
  while (at_ < count_) {
    dispatch(events_[at_++]);
    if (at_ % kLookEvery != 0 || at_ == count_ || monotonic_ns() - now_ns_ < kRoundMost) { continue; }
    set_now();
    return at_ - from;
  }
  const auto once_more = std::exchange(again_, {});  // Whoever asks from now on has his turn in the next round.
  for (const auto& [kind, slot] : once_more) {
    if (Ready* handler = handlers_[static_cast<std::size_t>(kind)]) { handler->ready(slot, EPOLLIN); }
  }
  if (at_ > from || !once_more.empty()) { set_now(); }
  return at_ - from;
}

}  // namespace weir::loadgen
