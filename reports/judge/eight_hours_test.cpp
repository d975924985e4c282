// Eight hours of a run in synthesised seconds: the accounts stay exact, and memory stays what it was after four.
#include <gtest/gtest.h>

#include <random>

#include "reports/judge/accumulator.hpp"
#include "wire/testing/heap.hpp"

namespace weir::reports::load {
namespace {

using wire::testing::heap_bytes;

constexpr std::int64_t kSpanSeconds = 6;
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kWanted = 10'000;

/// Streams that come and go as they do in a night, counted as workers count them.
class Night {
 public:
  explicit Night(const Layout& layout) : layout_(layout) {}

  Snapshot next() {
    at_seconds_ += kSpanSeconds;
    Snapshot second(layout_);
    second.at_ns = at_seconds_ * kNs;
    second.span_ns = kSpanSeconds * kNs;
    PopulationNumbers& numbers = second.populations[0];
    if (at_seconds_ % kHour == 0) { end(numbers, EndReason::rst, below(2'000)); }  // A deploy.
    if (at_seconds_ == 3 * kHour + kSpanSeconds) { end(numbers, EndReason::worker_lost, 1'000); }
    for (const EndReason reason : {EndReason::idle_cut, EndReason::clean_end, EndReason::half_open}) {
      end(numbers, reason, below(4));
    }
    const std::int64_t opened = std::min<std::int64_t>(kWanted - open_, 500);
    numbers[Counter::opens_intended] += static_cast<std::uint64_t>(opened);
    numbers[Counter::streams_opened] += static_cast<std::uint64_t>(opened);
    open_ += opened;
    numbers[Timer::byte_gap].record(15 * kNs, static_cast<std::uint64_t>(open_) / 3);
    return told(std::move(second));
  }
  /// The run closes what is open.
  Snapshot last() {
    at_seconds_ += 1;
    Snapshot second(layout_);
    second.at_ns = at_seconds_ * kNs;
    second.span_ns = kNs;
    end(second.populations[0], EndReason::client, open_);
    return told(std::move(second));
  }
  std::int64_t at_seconds() const { return at_seconds_; }
  std::int64_t open() const { return open_; }

 private:
  static constexpr std::int64_t kNs = 1'000'000'000;

  std::int64_t below(std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(random_); }
  void end(PopulationNumbers& numbers, EndReason reason, std::int64_t streams) {
    streams = std::min(streams, open_);
    open_ -= streams;
    const auto index = static_cast<std::size_t>(reason);
    numbers.ends[index] += static_cast<std::uint64_t>(streams);
    for (std::int64_t i = 0; i < streams; ++i) {
      numbers.age[index].record(static_cast<std::uint64_t>(below(at_seconds_) * kNs));
      numbers.idle_age[index].record(static_cast<std::uint64_t>(below(60) * kNs));
    }
  }
  Snapshot told(Snapshot second) const {
    second.populations[0][Gauge::streams_target] = kWanted;
    second.populations[0][Gauge::streams_open] = open_;
    second[WorkerGauge::alive] = 2;
    return second;
  }

  const Layout& layout_;
  std::mt19937_64 random_{1};
  std::int64_t at_seconds_ = 0;
  std::int64_t open_ = 0;
};

std::uint64_t ended(const PopulationNumbers& numbers) {
  std::uint64_t sum = 0;
  for (const std::uint64_t one : numbers.ends) { sum += one; }
  return sum;
}

TEST(EightHours, keep_exact_accounts_and_need_no_more_memory_than_four) {
  const Layout layout{{{"streams", {}}}};
  Accumulator judge({}, layout);
  Night night(layout);

  const std::int64_t before = heap_bytes();
  std::int64_t after_four = 0;
  judge.begin({"hold", "hold", 0, -1, kWanted});
  while (night.at_seconds() < 8 * kHour) {
    judge.second(night.next());
    if (night.at_seconds() == 4 * kHour) { after_four = heap_bytes() - before; }
    if (night.at_seconds() % kHour != 0) { continue; }
    const PopulationNumbers& so_far = judge.totals().populations[0];
    ASSERT_EQ(so_far[Counter::streams_opened], ended(so_far) + static_cast<std::uint64_t>(night.open()));
  }
  EXPECT_LT(heap_bytes() - before, after_four * 3 / 2) << "after four hours: " << after_four;
  judge.closing({night.at_seconds() * 1'000'000'000, false});
  judge.second(night.last());
  judge.end(false);

  const LoadResults results = judge.results();
  const PopulationNumbers& all = results.total.numbers.populations[0];
  EXPECT_EQ(all[Counter::streams_opened], ended(all)) << "every stream opened is ended, lost or was closed by us";
  EXPECT_EQ(all.ends[static_cast<std::size_t>(EndReason::worker_lost)], 1'000U);
  EXPECT_LE(results.timeline.size(), kTimelinePoints + 1);
}

}  // namespace
}  // namespace weir::reports::load
