// No number that workers count is missing among the metrics.
#include <gtest/gtest.h>

#include "loadgen/watch/prometheus.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;

const Layout kOnePopulation{{{"streams", {"echo"}}}};

std::string metrics_of(const Snapshot& totals) {
  Moment moment(kOnePopulation);
  moment.totals = totals;
  return metrics_text(metric_families(kOnePopulation, moment, {.target = "t", .shard = "1/1", .version = "1"}));
}

/// The metrics take it from the tools, which count it once more.
bool is_told_by_tool(Counter counter) { return counter == Counter::calls_intended; }

TEST(EveryNumber, changes_the_metrics) {
  const std::string zero = metrics_of(Snapshot(kOnePopulation));
  for (std::size_t i = 0; i < kCounters; ++i) {
    const auto counter = static_cast<Counter>(i);
    if (is_told_by_tool(counter)) { continue; }
    Snapshot totals(kOnePopulation);
    totals.populations[0][counter] = 1'000;
    EXPECT_NE(metrics_of(totals), zero) << to_string(counter);
  }
  for (std::size_t i = 0; i < kTimers; ++i) {
    const auto timer = static_cast<Timer>(i);
    Snapshot totals(kOnePopulation);
    totals.populations[0][timer].record(1'000'000'000);
    EXPECT_NE(metrics_of(totals), zero) << to_string(timer);
  }
}

}  // namespace
}  // namespace weir::loadgen
