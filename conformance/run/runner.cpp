#include "conformance/run/runner.hpp"

#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "conformance/ask/exercise.hpp"
#include "conformance/catalogue/source_link.hpp"
#include "conformance/probe/attribution.hpp"
#include "conformance/probe/curl.hpp"
#include "conformance/probe/secrets.hpp"
#include "wire/base/utf8.hpp"

namespace weir::conformance {

using reports::CheckResult;
using reports::Verdict;

namespace {

constexpr std::chrono::milliseconds kAskAgain{2000};

struct Job {
  const CheckInfo* info = nullptr;
  Era era = Era::none;
};

CheckResult describe(const CheckInfo& info, const Survey* survey) {
  CheckResult result;
  result.id = info.id;
  result.title = info.title;
  result.area = info.id.substr(0, info.id.find('.'));
  result.level = info.level;
  if (survey) {
    result.era = to_string(survey->era);
    result.revision = survey->revision;
  }
  result.consequence = info.consequence;
  result.requirements = info.requirements;
  result.source = source_link(info.source, survey ? survey->revision : std::string(wire::mcp::kRevisions.back()));
  return result;
}

/// Why a check need not be asked at all; empty when it must be.
std::string why_not_applicable(const CheckInfo& info, const Survey* survey) {
  if (!survey) { return {}; }
  if (!info.since.empty() && survey->revision < info.since) {
    return fmt::format("this holds since {}; the revision here is {}", info.since, survey->revision);
  }
  if (!info.until.empty() && survey->revision > info.until) {
    return fmt::format("this holds until {}; the revision here is {}", info.until, survey->revision);
  }
  if (!info.capability.empty() && !survey->open_error && !survey->declares(info.capability)) {
    return fmt::format("the server does not declare the capability '{}'", info.capability);
  }
  return {};
}

Finding guarded(const CheckInfo& info, Probe& probe) {
  try {
    return info.run(probe);
  } catch (const std::exception& error) {
    return {Verdict::error, fmt::format("the check itself failed: {}", error.what()), {}, {}};
  }
}

void take(CheckResult& result, Finding finding, Level level) {
  result.verdict = finding.verdict == Verdict::fail && level != Level::must ? Verdict::warn : finding.verdict;
  result.message = std::move(finding.message);
  result.expected = std::move(finding.expected);
  result.got = std::move(finding.got);
  result.hop = std::move(finding.hop);
  result.fix = std::move(finding.fix);
}

bool is_red(const Finding& finding) { return finding.verdict == Verdict::fail; }

/// Whether JSON that this check got, or the survey for it where it asked nothing, is not UTF-8. Then nothing of it
/// could be read, and that is the finding of http.body.utf8 alone.
bool met_other_encoding(const Target& target, const CheckInfo& info, Era era) {
  bool asked = false;
  bool met = false;
  bool met_before = false;
  for (const auto& seen : target.tap->seen(era)) {
    const bool own = seen->by == info.id;
    const auto& http = seen->http;
    const bool other = http.is_json() && !seen->body_cut && wire::find_invalid_utf8(http.body).has_value();
    asked = asked || own;
    met = met || (own && other);
    met_before = met_before || (seen->by == "survey" && other);
  }
  return asked ? met : met_before;
}

/// Asks, and asks once more where the clock alone may have made it red. The probe is that of the answer which counts.
Finding ask(const CheckInfo& info, std::optional<Probe>& probe, const std::function<void()>& make_probe) {
  make_probe();
  Finding first = guarded(info, *probe);
  if (!info.timed || !is_red(first)) { return first; }
  probe->spoil();
  make_probe();
  Finding second = guarded(info, *probe);
  // A run that ends meanwhile has not heard better of the target.
  if (probe->out_of_time() && !is_red(second)) { return first; }
  if (second.verdict == Verdict::pass) {
    second.message += fmt::format(" (when asked again; at first {})", first.message);
  }
  return second;
}

/// Those that wait first, so that they wait beside the others instead of after them; passive ones last.
std::vector<Job> plan(const Target& target, const RunnerOptions& options) {
  std::vector<Job> jobs;
  for (const auto& info : catalogue()) {
    if (info.level > options.lowest || !std::binary_search(options.checks.begin(), options.checks.end(), info.id)) {
      continue;
    }
    if (info.eras.empty()) { jobs.push_back({&info, Era::none}); }
    for (const auto& survey : target.surveys) {
      if (!info.eras.empty() && info.eras.has(survey.era)) { jobs.push_back({&info, survey.era}); }
    }
  }
  const auto sooner = [](const Job& a, const Job& b) {
    return std::tuple(a.info->passive, !a.info->waits, std::string_view(a.info->id), a.era) <
           std::tuple(b.info->passive, !b.info->waits, std::string_view(b.info->id), b.era);
  };
  std::sort(jobs.begin(), jobs.end(), sooner);
  return jobs;
}

/// Whether the target still answers anything at all in this era.
bool still_answers(const Target& target, Era era) {
  Probe probe(target, target.survey(era), wire::Deadline::in(std::min(kAskAgain, target.answer_timeout)));
  if (era == Era::none) { return probe.send(probe.request("GET", target.url)).has_value(); }
  const auto reply = probe.call("ping");
  return reply.has_value() && !probe.last_answer_missing();
}

class Run {
 public:
  Run(const Target& target, const RunnerOptions& options)
      : target_(target), options_(options), jobs_(plan(target, options)), results_(jobs_.size()) {}

  RunnerOutcome go() {
    const auto passive = std::find_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.info->passive; });
    const auto active = static_cast<std::size_t>(passive - jobs_.begin());
    std::thread watch([this] { watch_for_the_end(); });
    work_on(0, active);
    work_on(active, jobs_.size());  // They judge all that the others saw, streams that were held until now included.
    done_ = true;
    watch.join();
    return collect();
  }

 private:
  void work_on(std::size_t begin, std::size_t end) {
    next_ = begin;
    std::vector<std::thread> threads;
    const auto count = std::min<std::size_t>(std::max(1U, options_.threads), std::max<std::size_t>(1, end - begin));
    for (std::size_t i = 1; i < count; ++i) {
      threads.emplace_back([this, end] { work(end); });
    }
    work(end);
    for (auto& thread : threads) { thread.join(); }
  }

  void work(std::size_t end) {
    Worker worker(target_.client);
    for (std::size_t i = next_++; i < end; i = next_++) {
      const Job& job = jobs_[i];
      if (!may_go_on()) {
        results_[i] = left_out(job);
        continue;
      }
      bool hung = false;
      results_[i] = run_check(target_, *job.info, job.era, options_.deadline, &stop_, &hung, &worker);
      count_hang(job, hung);
    }
  }

  bool may_go_on() {
    if (options_.deadline.passed()) { stop(fmt::format("the budget of {} s was used up", options_.budget.count())); }
    return !stop_;
  }

  void stop(std::string why) {
    const std::lock_guard lock(mutex_);
    if (why_stopped_.empty()) {
      why_stopped_ = std::move(why);
      stop_ = true;
    }
  }

  CheckResult left_out(const Job& job) {
    auto result = describe(*job.info, target_.survey(job.era));
    const std::lock_guard lock(mutex_);
    take(result, untestable(why_stopped_), job.info->level);
    ++left_out_;
    return result;
  }

  /// A target that stops answering would cost one timeout per check. After a few in a row it is asked once more, so
  /// that checks of odd requests, which a server may well ignore, do not end a run that goes on elsewhere.
  void count_hang(const Job& job, bool hung) {
    hangs_ = hung ? hangs_ + 1 : 0;
    if (hangs_ < kHangsBeforeStop || stop_) { return; }
    const std::unique_lock asking(asking_, std::try_to_lock);
    if (!asking) { return; }
    if (still_answers(target_, job.era)) {
      hangs_ = 0;
    } else if (!options_.deadline.passed()) {
      stop(fmt::format(
          "the target stopped answering: {} checks in a row timed out, and it did not answer when asked again",
          kHangsBeforeStop));
    }
  }

  void watch_for_the_end() {
    constexpr std::chrono::milliseconds kTick{20};
    while (!done_) {
      if (options_.interrupted && options_.interrupted->load()) {
        interrupted_ = true;
        stop("the run was interrupted");
        return;
      }
      std::this_thread::sleep_for(kTick);
    }
  }

  RunnerOutcome collect() {
    RunnerOutcome outcome{std::move(results_), {}, interrupted_, left_out_ > 0};
    std::sort(outcome.checks.begin(), outcome.checks.end(), [](const CheckResult& a, const CheckResult& b) {
      return std::tie(a.id, a.era, a.revision) < std::tie(b.id, b.era, b.revision);
    });
    if (left_out_ > 0) {
      outcome.problems.push_back(
          fmt::format("{}; {} of {} checks were not asked", why_stopped_, left_out_, jobs_.size()));
    }
    return outcome;
  }

  const Target& target_;
  const RunnerOptions& options_;
  const std::vector<Job> jobs_;
  std::vector<CheckResult> results_;
  std::atomic<std::size_t> next_{0};
  std::atomic<int> hangs_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> done_{false};
  std::atomic<bool> interrupted_{false};
  std::mutex asking_;
  std::mutex mutex_;
  std::string why_stopped_;
  int left_out_ = 0;
};

}  // namespace

CheckResult run_check(const Target& target, const CheckInfo& info, Era era, wire::Deadline deadline,
                      const std::atomic<bool>* stop, bool* hung, Worker* worker) {
  const Survey* survey = target.survey(era);
  CheckResult result = describe(info, survey);
  if (auto why = why_not_applicable(info, survey); !why.empty()) {
    take(result, not_applicable(std::move(why)), info.level);
    return result;
  }
  if (survey && survey->open_error && !info.capability.empty()) {
    take(result, untestable("no conversation can be opened: " + survey->open_error->detail), info.level);
    return result;
  }
  if (info.passive) {
    target.tap->exercise_once(era, [&] { exercise(target, survey, deadline, stop); });
  }
  const auto begin = wire::Clock::now();
  std::optional<Probe> asked;
  Finding finding = ask(info, asked, [&] { asked.emplace(target, survey, deadline, stop, worker, info.id); });
  Probe& probe = *asked;
  if (is_red(finding) && probe.throttled()) {
    finding = untestable("the target limits the rate of requests (HTTP 429): " + finding.got);
  }
  if (is_red(finding) && probe.out_of_time() && probe.last_answer_missing()) {
    finding = untestable("the run ended before the answer came");
  }
  if (is_red(finding) && !info.passive && met_other_encoding(target, info, era)) {
    finding = untestable("an answer was not UTF-8, and could not be read (see http.body.utf8): " + finding.got);
  }
  attribute(finding, info, probe.last_heard(),
            {.url = target.url, .credentials = has_credentials(target.headers), .timeout = target.answer_timeout});
  take(result, std::move(finding), info.level);
  result.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - begin).count();
  if (result.verdict == Verdict::fail || result.verdict == Verdict::error) { probe.spoil(); }
  if (result.verdict != Verdict::pass && result.verdict != Verdict::not_applicable) {
    result.evidence = probe.evidence();
    if (probe.last_request()) {
      result.curl =
          curl_command(*probe.last_request(), target.client.insecure, target.client.ca_file, probe.in_live_session());
    }
  }
  if (hung) {
    // A check may have waited by itself, in a conversation that it holds: then its time tells.
    const bool waited = result.verdict != Verdict::pass && result.duration_ms >= target.answer_timeout.count();
    *hung = probe.last_answer_missing() || waited;
  }
  return result;
}

RunnerOutcome run_checks(const Target& target, const RunnerOptions& options) { return Run(target, options).go(); }

}  // namespace weir::conformance
