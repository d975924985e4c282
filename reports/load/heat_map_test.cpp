#include "reports/load/heat_map.hpp"

#include <gtest/gtest.h>

#include "reports/judge/measures.hpp"
#include "reports/judge/timeline.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {
namespace {

constexpr std::uint64_t kMillisecondNs = 1'000'000;

/// `columns` seconds of one call each, of the given row.
LoadResults calls_of(std::size_t columns, std::uint16_t row) {
  LoadResults results;
  for (std::size_t i = 0; i < columns; ++i) {
    Point point;
    point.at_seconds = static_cast<double>(i + 1);
    point.latency = {{.row = row, .calls = 1}};
    results.timeline.push_back(point);
  }
  return results;
}

std::uint64_t calls_in(const Figure& figure) {
  std::uint64_t calls = 0;
  for (const auto& column : figure.drawing.at("heat").at("columns").as_array()) {
    const auto& flat = column.as_array();
    for (std::size_t i = 1; i < flat.size(); i += 2) { calls += flat[i].to_number<std::uint64_t>(); }
  }
  return calls;
}

TEST(LatencyCells, hold_every_call_where_its_latency_lies) {
  Layout layout{{{"streams", {"echo"}}}};
  Snapshot second(layout);
  auto& duration = second.populations[0].tools[0].duration;
  duration.record(10 * kMillisecondNs, 5);
  duration.record(40 * kMillisecondNs, 2);
  duration.record(0);
  const auto cells = point_of(layout, second).latency;
  ASSERT_EQ(cells.size(), 3U);
  EXPECT_EQ(cells[0], (LatencyCell{.row = 0, .calls = 1}));
  EXPECT_EQ(cells[1].calls, 5U);
  EXPECT_EQ(cells[2], (LatencyCell{.row = static_cast<std::uint16_t>(cells[1].row + 8), .calls = 2}));
}

TEST(HeatMap, is_left_out_where_no_call_was_answered) {
  EXPECT_FALSE(latency_heat_map(LoadResults()));
  LoadResults silent;
  silent.timeline.resize(10);
  EXPECT_FALSE(latency_heat_map(silent));
}

TEST(HeatMap, has_no_more_columns_than_a_page_and_loses_no_call) {
  for (const std::size_t points : {1, 399, 400, 401, 2000}) {
    const auto figure = latency_heat_map(calls_of(points, 90));
    ASSERT_TRUE(figure);
    const auto& heat = figure->drawing.at("heat");
    EXPECT_LE(heat.at("columns").as_array().size(), kHeatColumns);
    EXPECT_EQ(heat.at("at").as_array().size(), heat.at("columns").as_array().size());
    EXPECT_EQ(heat.at("at").as_array().back().to_number<double>(), static_cast<double>(points));
    EXPECT_EQ(calls_in(*figure), points);
  }
}

TEST(HeatMap, says_in_words_when_calls_took_how_long) {
  LoadResults results = calls_of(10, 80);            // 2^20 ns: 1.05 ms.
  results.timeline[6].latency.push_back({100, 30});  // 2^25 ns: 33.6 ms.
  const auto figure = latency_heat_map(results);
  ASSERT_TRUE(figure);
  EXPECT_EQ(figure->words.rows,
            (std::vector<std::vector<std::string>>{{"1.00 ms - 2.00 ms", "10", "25 %", "1 s", "1 s", "10 s"},
                                                   {"20.0 ms - 50.0 ms", "30", "75 %", "7 s", "7 s", "7 s"}}));
  EXPECT_NE(figure->note.find("1 to 30, by the logarithm"), std::string::npos);
}

TEST(HeatMap, counts_as_many_calls_as_the_report_does) {
  const LoadResults results = sample_run().summarize();
  const auto figure = latency_heat_map(results);
  ASSERT_TRUE(figure);
  const Scope whole = scope_of(results.total, results.layout, "", "");
  EXPECT_EQ(calls_in(*figure), whole.call_latency().count());
}

}  // namespace
}  // namespace weir::reports::load
