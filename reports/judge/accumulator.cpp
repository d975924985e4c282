#include "reports/judge/accumulator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/judge/search.hpp"
#include "reports/judge/threshold.hpp"
#include "reports/judge/verdict.hpp"
#include "wire/base/duration.hpp"

namespace weir::reports::load {
namespace {

/// Of a lag in a phase: of a few opens one that is late says nothing.
constexpr std::uint64_t kLeastSamples = 100;

}  // namespace

Accumulator::Accumulator(RunInfo run, Layout layout)
    : run_(std::move(run)),
      layout_(std::move(layout)),
      total_(layout_, {.name = "run", .kind = "run", .start_ns = 0, .end_ns = 0}),
      counted_(total_),
      timeline_(layout_) {}

void Accumulator::begin(const PhaseInfo& phase) {
  if (!phases_.empty()) { phases_.back().info().end_ns = phase.start_ns; }
  phases_.emplace_back(layout_, phase, &total_);
  counts_.push_back(true);
  before_step_.reset();
  if (phase.kind == "search") { before_step_ = counted_; }
}

void Accumulator::second(const Snapshot& second) {
  const bool is_closing = second.at_ns > closing_ns_;
  total_.add(second, is_closing);
  total_.info().end_ns = std::max(total_.info().end_ns, second.at_ns);
  timeline_.add(second);
  note_moments(cut_moments_, second);
  if (!is_closing) { worst_minute_.add(second); }
  const bool of_phase = second.phase < phases_.size();
  if (of_phase) { phases_[second.phase].add(second, is_closing); }
  if (!of_phase || counts_[second.phase]) { counted_.add(second, is_closing); }
}

void Accumulator::incident(const Incident& incident) { incidents_.push_back(incident); }

void Accumulator::invalid(const Incident& why) { invalid_.push_back(why.text); }

void Accumulator::judged(const SearchStep& step) {
  steps_.push_back(step);
  if (step.verdict != StepVerdict::passed && before_step_) {
    counted_ = *std::move(before_step_);
    counts_.back() = false;
  }
  before_step_.reset();
}

void Accumulator::closing(const Closing& closing) {
  closing_ns_ = closing.at_ns;
  if (!phases_.empty() && !closing.cut_short) { phases_.back().info().end_ns = closing.at_ns; }
}

void Accumulator::end(bool interrupted) {
  ended_ = true;
  interrupted_ = interrupted;
}

SearchStep Accumulator::judge_step() const {
  return phases_.empty() ? SearchStep{} : load::judge_step(run_, layout_, phases_.back().result());
}

/// Thresholds without a phase are not broken by the step of a search that was meant to break them, nor by one that was
/// cut short.
std::vector<ThresholdResult> Accumulator::thresholds() const {
  if (!unasked().empty()) { return {}; }
  const bool by_default = run_.thresholds.empty();
  const std::vector<Threshold> thresholds = by_default ? default_thresholds(layout_, totals()) : run_.thresholds;
  std::vector<PhaseResult> phases;
  const bool of_phases = std::any_of(thresholds.begin(), thresholds.end(),
                                     [](const Threshold& threshold) { return !threshold.phase.empty(); });
  for (std::size_t i = 0; of_phases && i < phases_.size(); ++i) {
    const bool under_way = before_step_ && i + 1 == phases_.size();
    if (counts_[i] && !under_way) { phases.push_back(phases_[i].result()); }
  }
  std::vector<ThresholdResult> out;
  for (const Threshold& threshold : thresholds) {
    out.push_back(judge(threshold, layout_, (before_step_ ? *before_step_ : counted_).result(), phases));
    out.back().by_default = by_default;
  }
  return out;
}

/// Why a run ended before its first phase, or empty: nobody was loaded.
std::string_view Accumulator::unasked() const {
  return ended_ && phases_.empty() && !incidents_.empty() ? std::string_view(incidents_.front().text) : "";
}

bool Accumulator::valid() const {
  return invalid_.empty() && generator_problems(run_, layout_, total_.result()).empty();
}

/// The whole run first; what is fine on the whole may have been of no use in one of its phases, or for a while.
std::vector<std::string> Accumulator::find_invalid() const {
  std::vector<std::string> out;
  const auto add = [&](const std::vector<std::string>& problems) {
    out.insert(out.end(), problems.begin(), problems.end());
  };
  // That it lagged may be why it was given up.
  add(generator_problems(run_, layout_, total_.result()));
  add(invalid_);
  for (std::size_t i = 0; out.empty() && i < phases_.size(); ++i) {
    const PhaseResult& phase = phases_[i].result();
    if (phase.info.kind == "search") { continue; }  // Its steps are judged one by one.
    for (const std::string& problem : generator_problems(run_, layout_, phase, kLeastSamples)) {
      out.push_back(fmt::format("in {}: {}", phase.info.name, problem));
    }
  }
  if (out.empty()) { add(worst_minute_.problems(run_)); }
  return out;
}

LoadResults Accumulator::results() const {
  LoadResults results;
  results.run = run_;
  results.layout = layout_;
  results.complete = ended_;
  results.total = total_.result();
  results.duration_ns = results.total.info.end_ns;
  for (const Tally& phase : phases_) { results.phases.push_back(phase.result()); }
  results.timeline = timeline_.points();
  results.idle_cuts = find_idle_cuts(layout_, totals(), cut_moments_);
  results.age_cuts = find_age_cuts(layout_, totals(), cut_moments_);
  for (const Incident& incident : incidents_) {
    results.incidents.push_back(fmt::format("at {:.1f} s: {}", wire::seconds_of(incident.at_ns), incident.text));
  }
  if (!steps_.empty()) { results.search = search_result(steps_); }
  results.thresholds = thresholds();
  results.invalid = find_invalid();
  if (auto clock = clock_problem(results.thresholds, layout_, results.total)) {
    results.invalid.push_back(*std::move(clock));
  }
  decide(results, interrupted_, unasked());
  return results;
}

tl::expected<LoadResults, std::string> results_of_journal(JournalBytes bytes) {
  auto reader = JournalReader::open(std::move(bytes));
  if (!reader) { return tl::unexpected(reader.error()); }
  Accumulator accumulator(reader->head().run, reader->head().layout);
  for (;;) {
    const auto item = reader->next();
    if (!item) { return tl::unexpected(item.error()); }
    if (!*item) { break; }  // What is torn off at its end was a second that is not whole.
    tell(**item, accumulator);
  }
  LoadResults results = accumulator.results();
  results.not_counted = reader->head().wording.missing();
  return results;
}

}  // namespace weir::reports::load
