// A journal that weir-loadgen wrote when its format was new: whatever changes since, it stays readable, and its verdict
// what it was. The file is never written anew; what is made of it may be told in other words.
#include <gtest/gtest.h>

#include "reports/judge/accumulator.hpp"
#include "reports/load/writers.hpp"
#include "reports/testdata/golden.hpp"

namespace weir::reports::load {
namespace {

TEST(GoldenJournal, of_format_3_stays_readable) {
  const auto results = results_of_journal(read(kTestdata + "run.v3.journal"));
  ASSERT_TRUE(results) << results.error();
  EXPECT_EQ(results->exit_code, ExitCode::target_fails);
  EXPECT_TRUE(results->complete);
  EXPECT_EQ(results->run.run_id, "golden-3");
  EXPECT_EQ(results->run.target_name, "127.0.0.1");
  EXPECT_EQ(results->phases.size(), 2U);
  EXPECT_EQ(results->total.open.peak, 12);
  EXPECT_EQ(results->total.numbers.populations.at(0)[Counter::streams_opened], 12U);
  ASSERT_EQ(results->thresholds.size(), 2U);
  EXPECT_TRUE(results->thresholds[0].passed);
  EXPECT_FALSE(results->thresholds[1].passed);
  expect_golden("run.v3.txt", console_report(*results, {}));
}

}  // namespace
}  // namespace weir::reports::load
