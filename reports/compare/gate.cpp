#include "reports/compare/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace weir::reports::compare {
namespace {

/// What one run says of one question in one revision.
struct Answer {
  const CheckResult* check = nullptr;
  std::string revision;
};

using Question = std::tuple<std::string, std::string, std::string>;  ///< Id, endpoint, era.
using Answers = std::map<Question, std::vector<Answer>>;

Answers answers_of(const Results& results) {
  Answers out;
  for (const CheckResult& check : results.checks) {
    auto& answers = out[{check.id, check.endpoint, check.era}];
    const std::vector<std::string> revisions = revisions_of(check);
    if (revisions.empty()) { answers.push_back({&check, ""}); }
    for (const std::string& revision : revisions) { answers.push_back({&check, revision}); }
  }
  return out;
}

/// Newest first: revisions are dates.
void sort(std::vector<Answer>& answers) {
  std::sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) { return a.revision > b.revision; });
}

bool is_excused(const CheckResult& check) {
  return check.excused && (check.verdict == Verdict::fail || check.verdict == Verdict::warn);
}

std::string word_of(const CheckResult* check) {
  if (check == nullptr) { return "not-asked"; }
  return is_excused(*check) ? "excused" : std::string(to_string(check->verdict));
}

bool is_verified(const CheckResult* check) {
  return check != nullptr &&
         (check->verdict == Verdict::pass || check->verdict == Verdict::fail || check->verdict == Verdict::warn);
}

/// Of what is no failure, how bad it is.
bool is_blemished(const CheckResult& check) { return check.verdict == Verdict::warn || is_excused(check); }

class Comparison {
 public:
  Comparison(const Results& before, const Results& after, const GateOptions& options)
      : options_(options), strict_(after.strict) {
    out_.before = run_of(before);
    out_.after = run_of(after);
    Answers old = answers_of(before), now = answers_of(after);
    for (auto& [question, answers] : old) { pair(answers, now[question]); }
    for (auto& [question, answers] : now) {
      if (!old.contains(question)) {
        std::vector<Answer> none;
        pair(none, answers);
      }
    }
    note(before, after);
    out_.exit_code = out_.newly_failing.empty() ? ExitCode::good : ExitCode::target_fails;
  }

  GateComparison take() && { return std::move(out_); }
  int in_common() const { return in_common_; }

 private:
  static GateRun run_of(const Results& results) {
    return {results.started_at, results.tool_version, results.target_name,
            results.target_url, results.summary,      results.duration_ms};
  }

  /// One question. The same revision is compared with itself; where the two runs have none in common, as after an
  /// upgrade, the newest of each.
  void pair(std::vector<Answer>& before, std::vector<Answer>& after) {
    sort(before);
    sort(after);
    const auto in_revision = [](const std::vector<Answer>& answers, const std::string& revision) -> const CheckResult* {
      for (const Answer& answer : answers) {
        if (answer.revision == revision) { return answer.check; }
      }
      return nullptr;
    };
    const bool meet = std::any_of(after.begin(), after.end(), [&](const Answer& answer) {
      return in_revision(before, answer.revision) != nullptr;
    });
    if (!meet && !before.empty() && !after.empty()) {
      return judge(before.front().check, after.front().check, after.front().revision);
    }
    for (const Answer& answer : after) { judge(in_revision(before, answer.revision), answer.check, answer.revision); }
    for (const Answer& answer : before) {
      if (in_revision(after, answer.revision) == nullptr) { judge(answer.check, nullptr, answer.revision); }
    }
  }

  void judge(const CheckResult* before, const CheckResult* after, const std::string& revision) {
    if (before != nullptr && after != nullptr) { ++in_common_; }
    const bool failed = before != nullptr && is_failure(*before, strict_);
    const bool fails = after != nullptr && is_failure(*after, strict_);
    const auto add = [&](std::vector<GateChange>& to) { append(to, before, after, revision); };
    if (before == nullptr) {
      if (fails || is_blemished(*after)) { add(out_.first_asked); }
    } else if (fails && !failed) {
      add(out_.newly_failing);
    } else if (is_verified(before) && !is_verified(after)) {
      add(out_.newly_unverified);
    } else if (failed && is_verified(after) && !fails) {
      add(out_.newly_passing);
    } else if (before->verdict == Verdict::pass && is_blemished(*after)) {
      add(out_.newly_warned);
    } else if (after != nullptr && is_verified(before) && is_slower(*before, *after)) {
      add(out_.slower);
    } else {
      ++out_.unchanged;
    }
  }

  bool is_slower(const CheckResult& before, const CheckResult& after) const {
    const std::int64_t more = after.duration_ms - before.duration_ms;
    return more >= options_.slower_ms &&
           static_cast<double>(after.duration_ms) >= options_.slower_ratio * static_cast<double>(before.duration_ms);
  }

  /// Revisions in which the same was found share a line.
  static void append(std::vector<GateChange>& to, const CheckResult* before, const CheckResult* after,
                     const std::string& revision) {
    const CheckResult& known = after != nullptr ? *after : *before;
    GateChange change{known.id,  known.title, known.level,     known.endpoint,
                      known.era, {},          word_of(before), word_of(after)};
    change.message = after != nullptr ? after->message : "";
    change.fix = after != nullptr ? after->fix : "";
    change.before_ms = before != nullptr ? before->duration_ms : 0;
    change.after_ms = after != nullptr ? after->duration_ms : 0;
    if (!to.empty()) {
      change.revisions = to.back().revisions;
      if (to.back() == change && !revision.empty()) { return to.back().revisions.push_back(revision); }
      change.revisions.clear();
    }
    if (!revision.empty()) { change.revisions.push_back(revision); }
    to.push_back(std::move(change));
  }

  void note(const Results& before, const Results& after) {
    const auto differs = [&](std::string_view what, const std::string& a, const std::string& b) {
      if (a != b) { out_.notes.push_back(fmt::format("{}: {} before, {} after", what, a, b)); }
    };
    differs("target", before.target_url, after.target_url);
    differs("Weir", before.tool_version, after.tool_version);
    differs("eras", describe_eras(before.eras), describe_eras(after.eras));
    if (before.strict != after.strict) {
      out_.notes.push_back(
          fmt::format("one of the runs was strict: here a SHOULD {}", strict_ ? "counts" : "does not"));
    }
    const auto partial = [&](std::string_view which, const Results& run) {
      if (run.exit_code == ExitCode::interrupted || !run.problems.empty()) {
        out_.notes.push_back(
            fmt::format("the run {}: {}", which, run.problems.empty() ? "was interrupted" : run.problems.front()));
      }
    };
    partial("before", before);
    partial("after", after);
  }

  const GateOptions& options_;
  bool strict_;
  int in_common_ = 0;
  GateComparison out_;
};

std::string why_no_checks(std::string_view which, const Results& run) {
  if (run.preflight) {
    return fmt::format("the run {} could ask nothing ({}: {})", which, run.preflight->cause, run.preflight->message);
  }
  return fmt::format("the run {} asked nothing", which);
}

}  // namespace

tl::expected<GateComparison, std::string> compare_gates(const Results& before, const Results& after,
                                                        const GateOptions& options) {
  if (!options.other_target && (before.target_url != after.target_url || before.target_name != after.target_name)) {
    return tl::unexpected(
        fmt::format("the targets differ: {} ({}) before, {} ({}) after; --other-target compares them all the same",
                    before.target_name, before.target_url, after.target_name, after.target_url));
  }
  if (before.checks.empty()) { return tl::unexpected(why_no_checks("before", before)); }
  if (after.checks.empty()) { return tl::unexpected(why_no_checks("after", after)); }
  Comparison comparison(before, after, options);
  if (comparison.in_common() == 0) {
    return tl::unexpected(fmt::format("the two runs have no question in common (eras: {} before, {} after)",
                                      describe_eras(before.eras), describe_eras(after.eras)));
  }
  return std::move(comparison).take();
}

}  // namespace weir::reports::compare
