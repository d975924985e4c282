#include "reports/compare/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "reports/compare/identity.hpp"
#include "reports/compare/measured.hpp"
#include "reports/compare/onset.hpp"
#include "reports/compare/resampling.hpp"
#include "wire/base/duration.hpp"

namespace weir::reports::compare {
namespace {

using namespace load;

constexpr std::size_t kLeastBlocks = 5;   ///< With fewer nobody knows how the run varies.
constexpr double kLeastBeyond = 10;       ///< Samples above a quantile, so that it is more than its largest ones.
constexpr double kLeastCoverage = 0.95;   ///< Of a phase's seconds, in the journal.
constexpr double kMostLengthRatio = 1.1;  ///< Of a phase, in one run and the other.

/// One phase in both runs.
struct Pair {
  const RecordedPhase& before;
  const RecordedPhase& after;
  const Layout& layout;
  Draws draws_before, draws_after;
};

std::vector<PartOfBlock> read_part(const RecordedPhase& phase, const Layout& layout, const Part& part) {
  std::vector<PartOfBlock> out;
  for (const Block& block : phase.blocks) {
    out.push_back({&block, &part, scope_of(block.span, layout, part.population, part.tool)});
  }
  return out;
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

std::vector<double> read_each(const std::vector<PartOfBlock>& blocks, double (*of)(const PartOfBlock&)) {
  std::vector<double> out;
  for (const PartOfBlock& block : blocks) { out.push_back(of(block)); }
  return out;
}

class Comparer {
 public:
  Comparer(const LoadOptions& options, std::vector<MeasureChange>& out) : options_(options), out_(out) {}

  void compare(const Pair& pair) {
    pair_ = &pair;
    const std::vector<Part> parts = parts_of(pair.layout);
    for (const Part& part : parts) {
      part_ = &part;
      before_ = read_part(pair.before, pair.layout, part);
      after_ = read_part(pair.after, pair.layout, part);
      for (const CountedRow& row : counted_rows()) {
        if (part.tool.empty() || row.of_calls) { counted(row); }
      }
      for (const TimedRow& row : timed_rows()) {
        if (part.tool.empty() || row.of_calls) { timed(row); }
      }
    }
  }

 private:
  MeasureChange& add(std::string measure, Unit unit) {
    MeasureChange& change = out_.emplace_back();
    change.phase = pair_->after.info.name;
    change.scope = part_->name();
    change.measure = std::move(measure);
    change.unit = unit;
    return change;
  }

  /// From which ratio on a difference matters.
  double tolerance(double before, double floor) const {
    const double relative = 1 + options_.tolerance;
    return before > 0 ? std::max(relative, 1 + floor / before) : relative;
  }

  double floor_of(const CountedRow& row) const {
    if (row.unit == Unit::ratio) { return options_.floor_share; }
    return row.kind == CountedRow::Kind::bad ? options_.floor_per_1000_hours : 0;
  }

  void counted(const CountedRow& row) {
    const auto counts_a = read_each(before_, row.count), over_a = read_each(before_, row.over);
    const auto counts_b = read_each(after_, row.count), over_b = read_each(after_, row.over);
    const double a = sum(counts_a), b = sum(counts_b), of_a = sum(over_a), of_b = sum(over_b);
    if (a == 0 && b == 0) { return; }
    MeasureChange& change = add(std::string(row.name), row.unit);
    if (of_a > 0) { change.before = a / of_a * row.scale; }
    if (of_b > 0) { change.after = b / of_b * row.scale; }
    if (!change.before || !change.after) {
      change.why_unknown = of_a > 0 ? "there is nothing of it in the run after" : "there was nothing of it before";
      return;
    }
    const double bound = tolerance(*change.before, floor_of(row));
    const bool is_bad = row.kind == CountedRow::Kind::bad;
    if (is_bad || a == 0 || b == 0) {
      const auto whole = [](double count) { return static_cast<std::uint64_t>(std::llround(count)); };
      change.evidence = compare_counts(whole(a), of_a, whole(b), of_b, bound);
      if (std::abs(*change.after - *change.before) < floor_of(row)) {
        change.evidence.p_more = change.evidence.p_less = 1;
      }
    } else {
      const auto x = log_ratio(counts_a, over_a, pair_->draws_before);
      const auto y = log_ratio(counts_b, over_b, pair_->draws_after);
      if (!x || !y || !enough_blocks(change)) { return unknown(change, "too few blocks hold a sample"); }
      change.evidence = compare_logs(*x, *y, bound);
    }
    judged(change, is_bad);
    const double rate = std::max(a, 0.5) / of_a;
    std::vector<double> expected = over_b;
    for (double& one : expected) { one *= rate; }
    locate(change, counts_b, expected, b / of_b > a / of_a);
  }

  void timed(const TimedRow& row) {
    std::vector<Histogram> a, b;
    for (const PartOfBlock& block : before_) { a.push_back(row.of(block.scope)); }
    for (const PartOfBlock& block : after_) { b.push_back(row.of(block.scope)); }
    const BlockQuantiles x(a), y(b);
    if (x.samples() == 0 && y.samples() == 0) { return; }
    using Named = std::pair<double, std::string_view>;
    constexpr std::array kQuantiles = {Named{0.5, "p50"}, Named{0.9, "p90"}, Named{0.99, "p99"}};
    for (const auto& [q, suffix] : kQuantiles) {
      MeasureChange& change = add(fmt::format("{}_{}", row.name, suffix), Unit::seconds);
      if (x.samples() > 0) { change.before = wire::seconds_of(x.quantile(q)); }
      if (y.samples() > 0) { change.after = wire::seconds_of(y.quantile(q)); }
      const double least = kLeastBeyond / (1 - q);
      if (y.samples() == 0 && x.samples() >= least && row.steady) {
        change.vanished = true;
        change.why_unknown = fmt::format("{:.0f} samples before, none after", x.samples());
      } else if (std::min(x.samples(), y.samples()) < least) {
        change.why_unknown = fmt::format("too few samples ({:.0f} before, {:.0f} after)", x.samples(), y.samples());
      } else if (enough_blocks(change)) {
        quantile(change, q, x, y, b);
      }
    }
  }

  void quantile(MeasureChange& change, double q, const BlockQuantiles& x, const BlockQuantiles& y,
                const std::vector<Histogram>& after) {
    const auto before_log = log_quantile(x, q, pair_->draws_before), after_log = log_quantile(y, q, pair_->draws_after);
    if (!before_log || !after_log) { return unknown(change, "too few blocks hold a sample"); }
    change.evidence = compare_logs(*before_log, *after_log, tolerance(*change.before, options_.floor_seconds));
    judged(change, true);
    // How many lie above what was the quantile before: as many in each block, if nothing changed.
    const auto value = static_cast<std::uint64_t>(x.quantile(q));
    std::vector<double> counts, expected;
    for (const Histogram& block : after) {
      counts.push_back(static_cast<double>(block.count() - block.count_at_most(value)));
      expected.push_back(static_cast<double>(block.count()) * (1 - q));
    }
    locate(change, counts, expected, *change.after > *change.before);
  }

  bool enough_blocks(MeasureChange& change) {
    const std::size_t blocks = std::min(before_.size(), after_.size());
    if (blocks >= kLeastBlocks) { return true; }
    change.why_unknown = fmt::format("the phase is too short: {} blocks, {} are needed", blocks, kLeastBlocks);
    return false;
  }
  static void unknown(MeasureChange& change, std::string why) {
    if (change.why_unknown.empty()) { change.why_unknown = std::move(why); }
  }
  /// Same, until all measures together say otherwise.
  static void judged(MeasureChange& change, bool more_is_worse) {
    change.change = Change::same;
    change.more_is_worse = more_is_worse;
  }

  void locate(MeasureChange& change, const std::vector<double>& counts, const std::vector<double>& expected,
              bool more) const {
    const Onset onset = find_onset(counts, expected, more);
    if (onset.strength <= 0) { return; }
    const RecordedPhase& phase = pair_->after;
    const auto at = [&](std::size_t block) {
      const auto ns = phase.info.start_ns + static_cast<std::int64_t>(block) * phase.block_ns;
      return wire::seconds_of(block == phase.blocks.size() ? phase.info.end_ns : ns);
    };
    change.from_seconds = at(onset.from);
    change.to_seconds = at(onset.to);
    change.strength = onset.strength;
  }

  const LoadOptions& options_;
  std::vector<MeasureChange>& out_;
  const Pair* pair_ = nullptr;
  const Part* part_ = nullptr;
  std::vector<PartOfBlock> before_, after_;
};

std::optional<std::string> says_nothing(std::string_view which, const LoadResults& results) {
  if (!results.complete) { return fmt::format("the journal of the run {} has no end: the run was killed", which); }
  if (results.exit_code == ExitCode::interrupted) { return fmt::format("the run {} was interrupted", which); }
  if (results.exit_code == ExitCode::unreachable) {
    return fmt::format("the run {} did not reach its target: {}", which, results.exit_reason);
  }
  if (!results.invalid.empty()) {
    return fmt::format("the generator of the run {} did not keep up: {}", which, results.invalid.front());
  }
  return std::nullopt;
}

std::optional<std::string> not_covered(std::string_view which, const PhaseResult& phase) {
  const double wanted = wire::seconds_of(phase.info.end_ns - phase.info.start_ns);
  const double seen = wire::seconds_of(phase.numbers.span_ns);
  if (seen >= kLeastCoverage * wanted) { return std::nullopt; }
  return fmt::format("of the run {} only {} of {} are recorded in {}", which, readable_seconds(seen),
                     readable_seconds(wanted), phase.info.name);
}

std::optional<std::string> other_phases(const RecordedRun& before, const RecordedRun& after) {
  for (std::size_t i = 0; i < std::max(before.phases.size(), after.phases.size()); ++i) {
    if (i >= before.phases.size() || i >= after.phases.size() ||
        before.phases[i].info.name != after.phases[i].info.name) {
      return fmt::format("the runs did not go through the same phases: {} before, {} after", before.phases.size(),
                         after.phases.size());
    }
    const PhaseInfo& a = before.phases[i].info;
    const PhaseInfo& b = after.phases[i].info;
    if (const auto why = not_covered("before", before.results.phases[i])) { return why; }
    if (const auto why = not_covered("after", after.results.phases[i])) { return why; }
    const double lengths[] = {wire::seconds_of(a.end_ns - a.start_ns), wire::seconds_of(b.end_ns - b.start_ns)};
    const auto [least, most] = std::minmax(lengths[0], lengths[1]);
    if (most > kMostLengthRatio * least + 1) {
      return fmt::format("{} lasted {} before and {} after", a.name, readable_seconds(lengths[0]),
                         readable_seconds(lengths[1]));
    }
  }
  return std::nullopt;
}

std::optional<std::string> not_comparable(const RecordedRun& before, const RecordedRun& after,
                                          const LoadOptions& options) {
  if (auto why = other_run(before.results.run, after.results.run, options.other_target)) { return why; }
  if (before.results.layout != after.results.layout) { return "the populations differ"; }
  if (auto why = says_nothing("before", before.results)) { return why; }
  if (auto why = says_nothing("after", after.results)) { return why; }
  return other_phases(before, after);
}

void judge_together(std::vector<MeasureChange>& measures) {
  std::vector<double> p_values;
  for (const MeasureChange& one : measures) {
    if (one.change == Change::same) {
      p_values.push_back(std::min(1.0, 2 * std::min(one.evidence.p_more, one.evidence.p_less)));
    }
  }
  const std::vector<bool> rejected = reject(p_values, kFalseDiscoveryRate);
  std::size_t at = 0;
  for (MeasureChange& one : measures) {
    if (one.change != Change::same || !rejected[at++]) { continue; }
    const bool more = one.evidence.p_more < one.evidence.p_less;
    one.change = more == one.more_is_worse ? Change::worse : Change::better;
  }
}

/// The earliest; of several within a block, the clearest.
std::optional<std::size_t> find_first(const std::vector<MeasureChange>& measures) {
  std::optional<std::size_t> first;
  const bool any_worse =
      std::any_of(measures.begin(), measures.end(), [](const auto& one) { return one.change == Change::worse; });
  for (std::size_t i = 0; i < measures.size(); ++i) {
    const MeasureChange& one = measures[i];
    if (one.from_seconds < 0 || one.change != (any_worse ? Change::worse : Change::better)) { continue; }
    const auto key = [](const MeasureChange& of) { return std::pair{of.from_seconds, -of.strength}; };
    if (!first || key(one) < key(measures[*first])) { first = i; }
  }
  return first;
}

void decide(LoadComparison& comparison) {
  std::size_t worse = 0, judged = 0, vanished = 0;
  std::string_view gone;
  for (const MeasureChange& one : comparison.measures) {
    worse += one.change == Change::worse ? 1 : 0;
    judged += one.change == Change::unknown ? 0 : 1;
    vanished += one.vanished ? 1 : 0;
    if (one.vanished && gone.empty()) { gone = one.measure; }
  }
  if (worse > 0) {
    comparison.exit_code = ExitCode::target_fails;
    comparison.exit_reason = fmt::format("{} of {} measures worse", worse, judged);
  } else if (vanished > 0) {
    comparison.exit_code = ExitCode::inconclusive;
    comparison.exit_reason = fmt::format("what was measured before is not any more: {}", gone);
  } else if (judged == 0) {
    comparison.exit_code = ExitCode::inconclusive;
    comparison.exit_reason = "too little was measured to tell the runs apart";
  } else {
    comparison.exit_reason = fmt::format("none of {} measures worse", judged);
  }
}

}  // namespace

std::string_view to_string(Change change) {
  switch (change) {
    case Change::better:
      return "better";
    case Change::same:
      return "same";
    case Change::worse:
      return "worse";
    case Change::unknown:
      return "unknown";
  }
  return "unknown";
}

tl::expected<LoadComparison, std::string> compare_loads(const RecordedRun& before, const RecordedRun& after,
                                                        const LoadOptions& options) {
  if (auto why = not_comparable(before, after, options)) { return tl::unexpected(*std::move(why)); }
  LoadComparison out;
  out.before = before.results.run;
  out.after = after.results.run;
  out.before_seconds = wire::seconds_of(before.results.duration_ns);
  out.after_seconds = wire::seconds_of(after.results.duration_ns);
  Comparer comparer(options, out.measures);
  for (std::size_t i = 0; i < before.phases.size(); ++i) {
    const RecordedPhase& a = before.phases[i];
    const RecordedPhase& b = after.phases[i];
    if (a.info.kind == "search") {
      out.notes.push_back(fmt::format("{} is a step of a search, and not compared", a.info.name));
      continue;
    }
    // Of seeds of their own, or chance would fall alike in both.
    comparer.compare({a, b, before.results.layout, draw(a.blocks.size(), 2 * i + 1), draw(b.blocks.size(), 2 * i + 2)});
  }
  if (out.before.tool_version != out.after.tool_version) {
    out.notes.push_back(fmt::format("Weir: {} before, {} after", out.before.tool_version, out.after.tool_version));
  }
  if (out.before.workers != out.after.workers) {
    out.notes.push_back(fmt::format("workers: {} before, {} after", out.before.workers, out.after.workers));
  }
  judge_together(out.measures);
  out.first = find_first(out.measures);
  decide(out);
  return out;
}

}  // namespace weir::reports::compare
