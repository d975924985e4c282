#include <gtest/gtest.h>

#include "reports/load/figures.hpp"
#include "reports/load/writers.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {
namespace {

TEST(LoadPage, escapes_what_target_and_scenario_are_called) {
  LoadResults results = sample_run().summarize();
  const std::string specimen = "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script>\x1b[2J\xff";
  for (std::string* value : {&results.run.target_name, &results.run.target_url, &results.run.command,
                             &results.run.tool_version, &results.run.started_at, &results.exit_reason}) {
    *value = specimen;
  }
  results.incidents = results.invalid = {specimen};
  for (PhaseResult& phase : results.phases) { phase.info.name = specimen; }
  const std::string page = html_report(results);
  EXPECT_EQ(page.find("<img src=x"), std::string::npos);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
}

TEST(LoadPage, has_a_table_in_words_for_each_plot) {
  const LoadResults results = sample_run().summarize();
  const auto figures = figures_of(results);
  EXPECT_GE(figures.size(), 6U);
  for (const Figure& figure : figures) {
    EXPECT_FALSE(figure.words.rows.empty()) << figure.name;
    if (figure.drawing.contains("heat")) { continue; }
    for (const auto& series : figure.drawing.at("series").as_array()) {
      const std::size_t points =
          figure.drawing.contains("x") ? figure.drawing.at("x").as_array().size() : results.timeline.size();
      EXPECT_EQ(series.at("values").as_array().size(), points) << figure.name;
    }
  }
}

}  // namespace
}  // namespace weir::reports::load
