#include "loadgen/stream/sequence.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace weir::loadgen {
namespace {

struct Counts {
  std::uint64_t lost = 0, repeated = 0, out_of_order = 0;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << counts.lost << " lost, " << counts.repeated << " repeated, " << counts.out_of_order << " out of order";
}

Counts judge(const std::vector<std::int64_t>& numbers, Sequence sequence = {}) {
  Counts counts;
  for (const std::int64_t number : numbers) {
    const Sequence::Verdict verdict = sequence.see(number);
    counts.lost += verdict.lost;
    counts.repeated += verdict.repeated ? 1 : 0;
    counts.out_of_order += verdict.out_of_order ? 1 : 0;
  }
  counts.lost += sequence.settle();
  EXPECT_EQ(sequence.settle(), 0u);
  return counts;
}

TEST(Sequence, finds_nothing_wrong_with_numbers_in_order) {
  EXPECT_EQ(judge({}), Counts());
  EXPECT_EQ(judge({7, 8, 9, 10}), Counts());
  EXPECT_EQ(judge({-1, 0, 1}), Counts());
}

TEST(Sequence, counts_a_gap_as_lost_once_it_is_settled) {
  EXPECT_EQ(judge({1, 2, 5}), (Counts{.lost = 2}));
  Sequence sequence;
  sequence.see(1);
  EXPECT_EQ(sequence.see(3).lost, 0u);
  const std::int64_t still_within = 2 + static_cast<std::int64_t>(Sequence::kWindow);
  for (std::int64_t number = 4; number <= still_within; ++number) {
    EXPECT_EQ(sequence.see(number).lost, 0u) << number;
  }
  EXPECT_EQ(sequence.see(still_within + 1).lost, 1u);
  EXPECT_EQ(sequence.settle(), 0u);
}

TEST(Sequence, takes_a_filled_gap_for_no_loss) {
  EXPECT_EQ(judge({1, 2, 4, 3, 5}), (Counts{.out_of_order = 1}));
  EXPECT_EQ(judge({1, 5, 3, 4}), (Counts{.lost = 1, .out_of_order = 2}));
}

TEST(Sequence, tells_a_swap_at_the_start_from_a_repetition) {
  EXPECT_EQ(judge({2, 1, 3}), (Counts{.out_of_order = 1}));
  EXPECT_EQ(judge({2, 1, 1, 2, 3}), (Counts{.repeated = 2, .out_of_order = 1}));
}

TEST(Sequence, counts_each_repetition) { EXPECT_EQ(judge({1, 1, 2, 1, 2}), (Counts{.repeated = 3})); }

TEST(Sequence, survives_any_jump) {
  EXPECT_EQ(judge({1, 1001}), (Counts{.lost = 999}));
  EXPECT_EQ(judge({1, 1001, 999}), (Counts{.lost = 998, .out_of_order = 1}));
  EXPECT_EQ(judge({1000, 1}), (Counts{.repeated = 1}));
  EXPECT_EQ(judge({INT64_MIN + 1, INT64_MAX}).lost, UINT64_MAX - 2);
  judge({INT64_MAX, INT64_MIN, 0, INT64_MIN + 1, INT64_MAX});
}

TEST(Sequence, goes_on_after_a_resume) {
  EXPECT_EQ(judge({11, 12}, Sequence::resumed(10)), Counts());
  EXPECT_EQ(judge({13}, Sequence::resumed(10)), (Counts{.lost = 2}));
  EXPECT_EQ(judge({9, 10, 11}, Sequence::resumed(10)), (Counts{.repeated = 2}));
}

/// The definition at the head of sequence.hpp, with a set of all that came.
Counts judge_slowly(const std::vector<std::int64_t>& numbers) {
  Counts counts;
  std::set<std::int64_t> came;
  for (const std::int64_t number : numbers) {
    if (!came.empty() && number < *came.rbegin()) {
      const bool beyond = *came.rbegin() - number > static_cast<std::int64_t>(Sequence::kWindow);
      ++(beyond || came.contains(number) ? counts.repeated : counts.out_of_order);
      if (beyond) { continue; }
    } else if (came.contains(number)) {
      ++counts.repeated;
    }
    came.insert(number);
  }
  if (!came.empty()) {
    for (std::int64_t number = numbers.front(); number < *came.rbegin(); ++number) {
      counts.lost += came.contains(number) ? 0 : 1;
    }
  }
  return counts;
}

RC_GTEST_PROP(Sequence, agrees_with_a_set_of_all_numbers, ()) {
  std::vector<std::int64_t> numbers{*rc::gen::inRange<std::int64_t>(0, 100)};
  const int count = *rc::gen::inRange(0, 200);
  for (int i = 0; i < count; ++i) {
    const auto step =
        *rc::gen::element<std::int64_t>(1, 1, 1, 1, 1, 2, 3, 0, -1, -2, -30, 40, 54, 55, 56, 57, 58, -56, -57);
    numbers.push_back(numbers.back() + step);
  }
  RC_ASSERT(judge(numbers) == judge_slowly(numbers));
}

}  // namespace
}  // namespace weir::loadgen
