#include "reports/judge/search.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/judge/format.hpp"
#include "reports/judge/threshold.hpp"
#include "reports/judge/validity.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

bool judges(const Threshold& threshold, std::string_view step) {
  return threshold.phase.empty() || threshold.phase == step || is_step_of(threshold.phase, step);
}

void widen(OpenRange& all, const OpenRange& later) {
  for (std::size_t i = 0; i < all.silent.size(); ++i) { all.silent[i] = std::max(all.silent[i], later.silent[i]); }
  all.due = std::max(all.due, later.due);
  all.wanted = std::max(all.wanted, later.wanted);
  all.peak = std::max(all.peak, later.peak);
  all.held = std::max(all.held, later.held);
  if (later.least < 0) { return; }
  all.least = all.least < 0 ? later.least : std::min(all.least, later.least);
  all.least_ratio = all.least_ratio < 0 ? later.least_ratio : std::min(all.least_ratio, later.least_ratio);
}

}  // namespace

bool is_step_of(std::string_view search, std::string_view name) {
  if (!name.starts_with(search) || name.size() < search.size() + 2 || name[search.size()] != ' ') { return false; }
  const std::string_view digits = name.substr(search.size() + 1);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

SearchStep judge_step(const RunInfo& run, const Layout& layout, const PhaseResult& step) {
  SearchStep out;
  out.streams = step.info.streams;
  if (const std::vector<std::string> problems = generator_problems(run, layout, step); !problems.empty()) {
    out.verdict = StepVerdict::inconclusive;
    out.limited_by = "the generator: " + problems.front();
    return out;
  }
  if (step.open.held < step.info.streams) {
    out.limited_by = fmt::format("only {} of {} streams were open at once",
                                 wire::grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(0, step.open.held))),
                                 wire::grouped(static_cast<std::uint64_t>(step.info.streams)));
    return out;
  }
  const std::vector<Threshold> defaults =
      run.thresholds.empty() ? default_thresholds(layout, step.numbers) : std::vector<Threshold>();
  for (const Threshold& threshold : run.thresholds.empty() ? defaults : run.thresholds) {
    if (!judges(threshold, step.info.name)) { continue; }
    Threshold here = threshold;
    here.phase = step.info.name;
    if (judge(here, layout, step, {step}).passed) { continue; }
    out.limited_by = threshold.text;
    return out;
  }
  out.verdict = StepVerdict::passed;
  return out;
}

SearchResult search_result(const std::vector<SearchStep>& steps) {
  SearchResult out;
  for (const SearchStep& step : steps) {
    if (step.verdict == StepVerdict::passed) {
      out.largest_passing = step.streams;
      continue;
    }
    if (step.verdict == StepVerdict::failed) { out.smallest_failing = step.streams; }
    out.limited_by = step.limited_by;
    break;  // Whatever came after it says nothing about the largest load that is carried.
  }
  return out;
}

void add_phase(PhaseResult& all, const PhaseResult& later, const Layout& layout) {
  if (all.numbers.populations.empty()) { all.numbers = Snapshot(layout); }
  all.numbers.add_span(later.numbers);
  all.info.end_ns = later.info.end_ns;
  if (later.peak_open > all.peak_open) { all.workers.rss_at_peak_open_bytes = later.workers.rss_at_peak_open_bytes; }
  all.peak_open = std::max(all.peak_open, later.peak_open);
  widen(all.open, later.open);
  all.open_of.resize(std::max(all.open_of.size(), later.open_of.size()));
  for (std::size_t i = 0; i < later.open_of.size(); ++i) { widen(all.open_of[i], later.open_of[i]); }
  all.workers.rss_peak_bytes = std::max(all.workers.rss_peak_bytes, later.workers.rss_peak_bytes);
  all.workers.busy_peak = std::max(all.workers.busy_peak, later.workers.busy_peak);
}

}  // namespace weir::reports::load
