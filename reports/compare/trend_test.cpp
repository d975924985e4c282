#include "reports/compare/trend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>

#include "reports/compare/change_points.hpp"
#include "reports/testdata/golden.hpp"
#include "reports/testdata/sample.hpp"
#include "wire/base/time.hpp"

namespace weir::reports::compare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The published formula, term by term, over ordered pairs.
double divergence_by_definition(const std::vector<double>& values, std::size_t at) {
  const std::vector<double> x(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at));
  const std::vector<double> y(values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  const auto mean_distance = [](const std::vector<double>& a, const std::vector<double>& b, bool same) {
    double sum = 0, pairs = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) {
        if (same && i == j) { continue; }
        sum += std::abs(a[i] - b[j]);
        ++pairs;
      }
    }
    return pairs > 0 ? sum / pairs : 0;
  };
  const auto m = static_cast<double>(x.size()), n = static_cast<double>(y.size());
  return m * n / (m + n) * (2 * mean_distance(x, y, false) - mean_distance(x, x, true) - mean_distance(y, y, true));
}

TEST(ChangePoints, follow_the_published_divergence) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> values(6 + random() % 40);
    for (double& one : values) { one = normal(random); }
    std::size_t best = 0;
    for (std::size_t at = kLeastNights; at + kLeastNights <= values.size(); ++at) {
      EXPECT_NEAR(divergence(values, at), divergence_by_definition(values, at), 1e-9);
      if (best == 0 || divergence_by_definition(values, at) > divergence_by_definition(values, best)) { best = at; }
    }
    EXPECT_EQ(best_split(values).at, best);
  }
}

/// Split by split, each by all pairs: slow, and obviously right.
Split best_split_by_each(const std::vector<double>& values) {
  Split best;
  for (std::size_t at = kLeastNights; at + kLeastNights <= values.size(); ++at) {
    const double here = divergence(values, at);
    if (best.at == 0 || here > best.divergence) { best = {at, here, 1}; }
  }
  return best;
}

TEST(ChangePoints, split_where_every_pair_looked_at_for_every_split_says) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<double> values(2 * kLeastNights + random() % 60);
    const double base = trial % 3 == 0 ? 1e9 : 0, scale = std::pow(10.0, static_cast<double>(random() % 12) - 6);
    const std::size_t since = random() % values.size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = base + scale * (normal(random) + (i >= since ? 2 : 0));
      if (trial % 5 == 0) { values[i] = std::round(values[i]); }  // Many that are equal.
    }
    const Split best = best_split(values), slow = best_split_by_each(values);
    const double near = 1e-9 * (1 + std::abs(slow.divergence));
    EXPECT_NEAR(best.divergence, slow.divergence, near) << trial;
    EXPECT_NEAR(divergence(values, best.at), slow.divergence, near) << trial;
    if (trial % 5 != 0) { EXPECT_EQ(best.at, slow.at) << trial; }
  }
  EXPECT_EQ(best_split({1, 1, 1, 1, 1, 1, 1}).at, kLeastNights);
  EXPECT_EQ(best_split({1, 1, 1, 1, 1}).at, 0U);
}

std::vector<double> nights(std::size_t count, std::uint64_t seed, double spread = 0.03) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, spread);
  std::vector<double> out(count);
  for (double& one : out) { one = normal(random); }
  return out;
}

TEST(ChangePoints, of_many_years_are_found_while_somebody_waits) {
  auto values = nights(4'000, 3);
  for (std::size_t i = 2'000; i < values.size(); ++i) { values[i] += std::log(1.1); }
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(change_points(values), ElementsAre(2'000U));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(60)) << "cubic, they take ten minutes";
}

TEST(ChangePoints, are_seldom_found_where_there_is_none) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto values = nights(40, seed);
    values[seed % 40] += 0.4;  // One night of weather.
    found += change_points(values).empty() ? 0 : 1;
  }
  EXPECT_LE(found, 3);
}

TEST(ChangePoints, are_found_with_three_nights_on_each_side_and_never_with_two) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const std::size_t since : {1U, 2U, 3U}) {
      auto values = nights(23, seed);
      for (std::size_t i = values.size() - since; i < values.size(); ++i) { values[i] += std::log(1.25); }
      const auto found = change_points(values);
      if (since < kLeastNights) {
        EXPECT_THAT(found, IsEmpty()) << seed << " " << since;
      } else {
        EXPECT_THAT(found, ElementsAre(20U)) << seed;
      }
    }
  }
}

TEST(ChangePoints, find_a_bend_and_its_end) {
  auto values = nights(60, 3);
  for (std::size_t i = 20; i < 35; ++i) { values[i] += std::log(1.1); }
  const auto found = change_points(values);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(static_cast<double>(found[0]), 20, 1);
  EXPECT_NEAR(static_cast<double>(found[1]), 35, 1);
}

std::string date(std::size_t night) {
  return wire::rfc3339(1'767'322'800 + static_cast<std::int64_t>(night) * 86'400);  // From 2026-01-02T03:00:00Z on.
}

std::vector<Night> gate_nights(std::size_t count, std::size_t bad_from) {
  std::vector<Night> out;
  for (std::size_t i = 0; i < count; ++i) {
    Results night = sample_results();
    night.started_at = date(i);
    night.duration_ms = 4000 + static_cast<std::int64_t>(i % 3) * 20 + (i >= bad_from ? 4000 : 0);
    out.push_back(night_of("night-" + std::to_string(i) + ".json", night));
  }
  return out;
}

const Series& series(const Trend& trend, std::string_view measure) {
  for (const Series& one : trend.series) {
    if (one.measure == measure) { return one; }
  }
  ADD_FAILURE() << measure;
  return trend.series.front();
}

TEST(TrendOf, names_the_night_since_which_it_is_worse) {
  const Trend trend = trend_of(gate_nights(12, 8), {});
  const Series& duration = series(trend, "run_duration");
  ASSERT_EQ(duration.changes.size(), 1U);
  EXPECT_EQ(duration.changes[0].since, "2026-01-10");
  EXPECT_TRUE(duration.changes[0].worse);
  EXPECT_NEAR(duration.changes[0].before, 4.02, 0.01);
  EXPECT_NEAR(duration.changes[0].after, 8.02, 0.01);
  EXPECT_THAT(series(trend, "checks_failing").changes, IsEmpty());
  EXPECT_EQ(trend.exit_code, ExitCode::target_fails);
  EXPECT_EQ(trend.exit_reason, "1 change for the worse, the first: run_duration, since 2026-01-10");
}

TEST(TrendOf, takes_the_nights_in_the_order_of_time) {
  auto shuffled = gate_nights(12, 8);
  std::reverse(shuffled.begin(), shuffled.end());
  EXPECT_EQ(console_text(trend_of(shuffled, {})), console_text(trend_of(gate_nights(12, 8), {})));
}

TEST(TrendOf, lets_a_change_be_acknowledged_and_names_entries_that_are_stale) {
  const std::vector<Acknowledged> entries = {{"run_duration", "", "2026-01-11", "a longer hold"},
                                             {"checks_failing", "", "2026-01-05", "gone"}};
  const Trend trend = trend_of(gate_nights(12, 8), entries);
  EXPECT_EQ(trend.exit_code, ExitCode::good);
  EXPECT_EQ(series(trend, "run_duration").changes[0].acknowledged, "a longer hold");
  EXPECT_THAT(trend.stale, ElementsAre(HasSubstr("checks_failing since 2026-01-05")));
  EXPECT_EQ(trend_of(gate_nights(12, 8), {{"run_duration", "", "2026-01-13", "late"}}).exit_code,
            ExitCode::target_fails);
}

TEST(TrendOf, is_inconclusive_with_fewer_than_six_nights_and_leaves_out_what_does_not_count) {
  auto few = gate_nights(5, 99);
  few.push_back(night_of("broken.json", sample_preflight()));
  const Trend trend = trend_of(few, {});
  EXPECT_EQ(trend.exit_code, ExitCode::inconclusive);
  EXPECT_THAT(trend.left_out, ElementsAre(HasSubstr("broken.json: no-healthy-target")));
}

TEST(TrendOf, keeps_targets_apart) {
  auto both = gate_nights(6, 99);
  Results other = sample_results();
  other.target_name = "production";
  both.push_back(night_of("other.json", other));
  const Trend trend = trend_of(both, {});
  EXPECT_EQ(series(trend, "checks_passed").values.size(), 6U);
  EXPECT_EQ(trend.series.back().values.size(), 1U);
}

TEST(Acknowledged, are_a_list_with_reasons) {
  const auto read = parse_acknowledged(
      "- {measure: call_latency_p99, phase: hold, since: 2026-01-10, reason: bigger payloads}\n", "known.yaml");
  ASSERT_TRUE(read) << read.error();
  EXPECT_THAT(*read, ElementsAre(Acknowledged{"call_latency_p99", "hold", "2026-01-10", "bigger payloads"}));
  const auto complaint = [](std::string_view yaml) {
    const auto entries = parse_acknowledged(yaml, "known.yaml");
    return entries ? "none" : entries.error();
  };
  EXPECT_THAT(complaint("- {measure: a, since: 2026-01-10}\n"), HasSubstr("gives no reason"));
  EXPECT_THAT(complaint("- {measure: a, since: yesterday, reason: b}\n"), HasSubstr("must be a date"));
  EXPECT_THAT(complaint("- {mesure: a}\n"), HasSubstr("measure"));
  EXPECT_EQ(complaint(""), "none");
}

TEST(Sparkline, spans_the_least_and_the_most) {
  EXPECT_EQ(sparkline({1, 8, 4.5}), "\u2581\u2588\u2585");
  EXPECT_EQ(sparkline({3, 3}), "\u2585\u2585");
  EXPECT_EQ(sparkline({9, 1, 2}, 2), "\u2581\u2588");
  EXPECT_EQ(sparkline({}), "");
}

TEST(Golden, trend) {
  const Trend trend = trend_of(gate_nights(12, 8), {});
  expect_golden("trend.txt", console_text(trend));
  expect_golden("trend.json", json_text(trend));
  const std::string program =
      "import json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))\n";
  EXPECT_EQ(python(program, WEIR_SOURCE_DIR "/reports/schema/trend.schema.json " + kTestdata + "trend.json"), 0);
}

}  // namespace
}  // namespace weir::reports::compare
