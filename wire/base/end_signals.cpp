#include "wire/base/end_signals.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace weir::wire {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
/// Of one wish; nobody presses a key twice so soon.
constexpr std::int64_t kTogetherNs = kSecondNs / 5;

struct Wishes {
  std::atomic<std::int64_t> latest_ns{0};  ///< When the latest began; 0: none yet.
  std::atomic<int> count{0};
};
std::array<Wishes, NSIG> wishes_of;
std::atomic<bool> any_wish{false};
static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "counted in a signal handler");

}  // namespace

int count_end_signal(int number) noexcept {
  any_wish = true;
  Wishes& wishes = wishes_of.at(static_cast<std::size_t>(number));
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ns = now.tv_sec * kSecondNs + now.tv_nsec;
  std::int64_t latest_ns = wishes.latest_ns;
  const bool same = latest_ns != 0 && now_ns - latest_ns < kTogetherNs;
  // Where another thread was faster, this one is of the wish that it has begun.
  return !same && wishes.latest_ns.compare_exchange_strong(latest_ns, now_ns) ? ++wishes.count : 0;
}

bool end_is_wished() noexcept { return any_wish; }

}  // namespace weir::wire
