#include "conformance/run/runner.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <tuple>

#include "conformance/ask/asked_once.hpp"
#include "conformance/ask/passive.hpp"
#include "conformance/probe/beside.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/run/causes.hpp"
#include "conformance/run/jobs.hpp"
#include "conformance/run/own_limits.hpp"
#include "conformance/run/still_answers.hpp"
#include "conformance/run/told.hpp"
#include "wire/base/shortage.hpp"

namespace weir::conformance {

using reports::CheckResult;
using reports::Verdict;

namespace {

constexpr std::chrono::milliseconds kAskAgain{2000};

class Run {
 public:
  Run(const Target& target, const RunnerOptions& options)
      : target_(target),
        options_(options),
        jobs_(jobs_of(target, options)),
        results_(jobs_.size()),
        asides_(jobs_.size()),
        patience_(std::min(kAskAgain, target.answer_timeout)),
        allowed_(std::max(1U, options.threads)) {}

  RunnerOutcome go() {
    if (options_.progress) { options_.progress->plan(jobs_.size()); }
    // Without a thread for it, whoever asks next notices the end.
    auto watch = begin([this] { watch_for_the_end(); });
    const auto count = [this](auto&& matches) {
      return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), matches));
    };
    const std::size_t first = count([](const Job& job) { return job.info->turn == Turn::first; });
    const std::size_t passive = jobs_.size() - count([](const Job& job) { return job.info->passive; });
    const std::size_t last = passive - count([](const Job& job) { return job.info->turn == Turn::last; });
    const std::size_t guesses =
        last - count([](const Job& job) { return job.info->turn == Turn::any && job.info->wrong_credentials > 0; });
    if (has_ended_already(target_, patience_)) { gave_up(); }
    ask_alone(0, first);
    ask_beside(first, guesses);
    guess(guesses, last);
    look_again();
    ask_alone(last, passive);
    judge_seen(passive);
    done_ = true;
    watch.get();
    return collect();
  }

 private:
  // --- asking ------------------------------------------------------------------------------------------------------

  void ask_alone(std::size_t begin, std::size_t end) {
    Worker worker(target_.client);
    for (std::size_t i = begin; i < end; ++i) {
      const bool judges_the_run = jobs_[i].info->turn == Turn::last;
      if (!may_go_on() && !(judges_the_run && target_.ledger->noted_collapse())) {
        results_[i] = left_out(jobs_[i]);
        continue;
      }
      ask(i, worker, judges_the_run ? nullptr : &stop_);
      if (was_red(results_[i])) { note_reason(i); }
    }
  }

  /// Passive checks judge all that the others saw; also of a run that was stopped, as far as there is time for it.
  void judge_seen(std::size_t begin) {
    for (std::size_t i = 0; i < begin; ++i) {
      if (tells_what_it_saw(results_[i])) { target_.ledger->told_by(results_[i].id); }
    }
    for (std::size_t i = begin; i < jobs_.size(); ++i) {
      results_[i] = run_check(target_, *jobs_[i].info, jobs_[i].era, options_.deadline, &stop_);
      leave_out_where_cut(i);
      if (options_.progress) { options_.progress->asked_one(); }
    }
  }

  void ask_beside(std::size_t begin, std::size_t end) {
    auto watches = watch_beside(begin, end);
    next_ = begin + watches.size();
    std::vector<std::thread> threads;
    const auto count = std::min<std::size_t>(allowed_, std::max<std::size_t>(1, end - next_));
    try {
      for (unsigned i = 1; i < count; ++i) {
        threads.emplace_back([this, i, end] { work_or_stop(i, end); });
      }
    } catch (const std::system_error&) { /* Those that could be started, and this one, do the work of all. */
    }
    work_or_stop(0, end);
    for (auto& thread : threads) { thread.join(); }
    for (auto& watch : watches) { watch.get(); }
    // Only a worker that was stopped leaves checks to nobody.
    for (std::size_t i = next_++; i < end; i = next_++) { results_[i] = left_out(jobs_[i]); }
  }

  /// Who watches an idle stream asks for nothing meanwhile; but where one thing is asked at a time, it is one too many.
  std::vector<std::future<void>> watch_beside(std::size_t begin, std::size_t end) {
    std::vector<std::future<void>> watches;
    for (std::size_t i = begin; allowed_ > 1 && !lost_requests_ && i < end && is_watch(*jobs_[i].info); ++i) {
      watches.push_back(conformance::begin([this, i] { watch_or_stop(i); }));
    }
    return watches;
  }

  void watch_or_stop(std::size_t i) {
    try {
      Worker worker(target_.client);
      if (may_go_on()) { return ask(i, worker, &stop_); }
    } catch (const std::bad_alloc&) { stop(wire::shortage_of(ENOMEM)->detail); }
    results_[i] = left_out(jobs_[i]);
  }

  /// A thread that lets an exception go ends the program.
  void work_or_stop(unsigned number, std::size_t end) {
    try {
      work(number, end);
      if (number < allowed_) { fill_the_wait(); }
    } catch (const std::bad_alloc&) { stop(wire::shortage_of(ENOMEM)->detail); }
  }

  /// The first worker always goes on; others leave when the target asks for less at a time.
  void work(unsigned number, std::size_t end) {
    Worker worker(target_.client);
    while (number < allowed_) {
      const std::size_t i = next_++;
      if (i >= end) { return; }
      if (!may_go_on()) {
        results_[i] = left_out(jobs_[i]);
        continue;
      }
      ask(i, worker, &stop_);
      count_trouble(i);
    }
  }

  /// Whoever comes too late for a check has time while the others wait.
  void fill_the_wait() {
    if (stop_ || lost_requests_ || filled_.exchange(true)) { return; }
    auto seen = begin([this] { exercise_eras(target_, eras_seen(jobs_), allowed_ > 1, options_.deadline, &stop_); });
    if (allowed_ == 1) { seen.wait(); }
    if (options_.meanwhile) { options_.meanwhile(); }
    seen.get();
  }

  /// Requests with wrong credentials, one check at a time and no more than is allowed.
  void guess(std::size_t begin, std::size_t end) {
    Worker worker(target_.client);
    int guessed = 0;
    std::optional<bool> served;  // Right before the first of them: who was not served then is not locked out.
    for (std::size_t i = begin; i < end; ++i) {
      const Job& job = jobs_[i];
      if (!may_go_on()) {
        results_[i] = left_out(job);
        continue;
      }
      if (guessed + job.info->wrong_credentials > options_.auth_attempts) {
        results_[i] = describe(*job.info, target_.survey(job.era));
        take(results_[i],
             untestable(fmt::format("the {} requests with wrong credentials that --auth-attempts allows were spent",
                                    options_.auth_attempts)),
             job.info->level);
        continue;
      }
      if (!served) { served = opened_before() && still_answers(target_, Era::none, patience_); }
      ask(i, worker, &stop_);
      if (results_[i].verdict != Verdict::not_applicable) { guessed += job.info->wrong_credentials; }
      count_trouble(i);
    }
    if (guessed > 0 && !stop_ && served.value_or(false) && !still_answers(target_, Era::none, patience_)) {
      problems_.push_back(fmt::format(
          "after {} requests with wrong credentials the right ones are not served any more: the endpoint locks out who "
          "guesses (--auth-attempts says how often Weir may)",
          guessed));
    }
  }

  bool opened_before() const {
    return std::any_of(target_.surveys.begin(), target_.surveys.end(),
                       [](const Survey& survey) { return !survey.open_error; });
  }

  /// Asks, and asks again after a wait what was answered 429.
  void ask(std::size_t i, Worker& worker, const std::atomic<bool>* stop) {
    const Job& job = jobs_[i];
    if (options_.progress) { options_.progress->at(job.info->id); }
    ask_in_turn(job, i, worker, stop);
    leave_out_where_cut(i);
    if (loses_requests(results_[i], *job.info)) { lost_requests_ = true; }
    if (options_.progress) { options_.progress->asked_one(); }
  }

  /// What was not judged to its end was not asked.
  void leave_out_where_cut(std::size_t i) {
    const bool unheard = results_[i].verdict == Verdict::untestable;
    if (unheard && target_.judging->passed(target_.client.run) && !may_go_on()) { results_[i] = left_out(jobs_[i]); }
  }

  void ask_in_turn(const Job& job, std::size_t i, Worker& worker, const std::atomic<bool>* stop) {
    for (int asked = 1;; ++asked) {
      wait_for_turn();
      if (one_after_the_other_) { worker.leave(); }
      results_[i] = run_check(target_, *job.info, job.era, options_.deadline, stop, &asides_[i], &worker);
      const auto wait = target_.ledger->throttled(asides_[i].asker);
      if (!wait || results_[i].verdict == Verdict::not_applicable) { return; }
      slow_down(*wait);
      if (asked < kThrottledAsks && may_go_on()) { continue; }
      if (results_[i].verdict != Verdict::untestable) {
        take(results_[i], untestable("the target limits the rate of requests"), job.info->level);
      }
      return;
    }
  }

  void wait_for_turn() {
    const auto until = [this] {
      const std::lock_guard lock(mutex_);
      return not_before_;
    }();
    constexpr std::chrono::milliseconds kTick{20};
    while (wire::Clock::now() < until && !stop_ && !options_.deadline.passed()) { std::this_thread::sleep_for(kTick); }
  }

  void slow_down(std::chrono::seconds wait) {
    if (wait > options_.deadline.left()) {
      stop(fmt::format(
          "the target limits the rate of requests (HTTP 429), and the wait of {} s before the next one is longer than "
          "what is left of the budget",
          wait.count()));
      return;
    }
    const std::lock_guard lock(mutex_);
    // Many were in flight when the limit was met: they lower it once.
    if (wire::Clock::now() >= not_before_) { allowed_ = std::max(1U, allowed_ / 2); }
    not_before_ = std::max(not_before_, wire::Clock::now() + wait);
  }

  bool may_go_on() {
    if (options_.interrupted && options_.interrupted->load()) { note_interruption(); }
    if (options_.deadline.passed()) { stop(fmt::format("the budget of {} s was used up", options_.budget.count())); }
    return !stop_;
  }

  void stop(std::string why) {
    const std::lock_guard lock(mutex_);
    if (why_stopped_.empty()) { why_stopped_ = std::move(why); }
    stop_ = true;
  }

  CheckResult left_out(const Job& job) {
    auto result = describe(*job.info, target_.survey(job.era));
    const std::lock_guard lock(mutex_);
    take(result, untestable(why_stopped_), job.info->level);
    ++left_out_;
    return result;
  }

  // --- troubles ----------------------------------------------------------------------------------------------------

  /// Whether something came back, or did not, that a target which has stopped answering gives.
  bool met_an_end(std::size_t i) const {
    const auto met = target_.ledger->troubles(asides_[i].asker);
    return std::any_of(met.begin(), met.end(), [](Trouble one) {
      return one != Trouble::refused_session && one != Trouble::refused_credentials;
    });
  }

  /// One that is slow is given the time of any answer, one that loses requests a few. A certificate is an answer, and
  /// one of several targets that fails is not all of them.
  bool is_gone(Era era) const {
    const std::array tries = {patience_, target_.answer_timeout, patience_};
    return target_.ledger->refused_certificates(target_.url).empty() && !target_.ledger->flaps() &&
           std::none_of(tries.begin(), tries.end(),
                        [&](std::chrono::milliseconds patience) { return still_answers(target_, era, patience); });
  }

  /// A target that stops answering would cost one timeout per check. After a few troubles in a row it is asked once
  /// more, so that checks of odd requests, which a server may well ignore, do not end a run that goes on elsewhere.
  void count_trouble(std::size_t i) {
    const bool red = results_[i].verdict != Verdict::pass && results_[i].verdict != Verdict::not_applicable;
    const bool troubled = asides_[i].hung || (red && met_an_end(i));
    troubles_ = troubled ? troubles_ + 1 : 0;
    if (troubles_ < kHangsBeforeStop || stop_) { return; }
    const std::unique_lock asking(asking_, std::try_to_lock);
    if (!asking) { return; }
    if (!is_gone(jobs_[i].era)) {
      troubles_ = 0;
    } else if (!options_.deadline.passed()) {
      gave_up();
    }
  }

  /// The last checks may have met their end without three in a row.
  void look_again() {
    if (stop_ || options_.deadline.passed() || !opened_before()) { return; }
    bool troubled = false;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      troubled = troubled || asides_[i].shut_out || (was_red(results_[i]) && met_an_end(i));
    }
    if (troubled && is_gone(Era::none)) { gave_up(); }
  }

  void gave_up() {
    if (const auto shortage = shortage_since(target_.client.run, {})) {
      stop(shortage->detail);
      return;
    }
    // Where nothing listens any more the process has ended, whatever an experiment had met before.
    const bool ended = opened_before() && refuses_connections(target_, patience_);
    if (const auto reason = known_reason(); reason && !ended) {
      stop(*reason);
      return;
    }
    Collapse collapse = target_.ledger->collapse();
    collapse.ended = ended;
    collapse.refusal = refusal_of_new_clients(target_, patience_);
    collapse.first_alone = target_.none_opened() && collapse.since.starts_with("answers ");
    target_.ledger->note_collapse(collapse);
    stop(in_words(collapse));
  }

  std::optional<std::string> known_reason() {
    const std::lock_guard lock(mutex_);
    return reasons_.empty() ? std::nullopt : std::optional(reasons_.front().text);
  }

  void note_reason(std::size_t i) {
    const CheckInfo& info = *jobs_[i].info;
    if (info.explains.empty()) { return; }
    const auto collapse = target_.ledger->noted_collapse();
    const bool of_collapse = info.turn == Turn::last && explains(info, Trouble::loss) && collapse && stop_;
    {
      const std::lock_guard lock(mutex_);
      reasons_.push_back({i, fmt::format("{} ({})", results_[i].got, info.id),
                          of_collapse ? collapse->at : wire::Clock::time_point{},
                          of_collapse && !collapse->refusal.empty()});
    }
    if (info.turn != Turn::first) { return; }
    if (explains(info, Trouble::refused_session)) {
      allowed_ = 1;  // Conversations that end each other are held one after the other.
      one_after_the_other_ = true;
    }
    const bool refuses_all = refuses_everything(info.id) && !serves_anything(target_, patience_);
    if (refuses_all || !comes_back()) { stop(reasons_.front().text); }
  }

  /// Whether the target serves somebody again, soon after an experiment that it did not stand.
  bool comes_back() {
    constexpr int kTries = 2;
    patience_ = target_.answer_timeout;
    for (int i = 0; i < kTries; ++i) {
      if (!opened_before() || still_answers(target_, Era::none, std::min(kAskAgain * kTries, patience_))) {
        return true;
      }
    }
    return false;
  }

  // --- the end -----------------------------------------------------------------------------------------------------

  void watch_for_the_end() {
    constexpr std::chrono::milliseconds kTick{20};
    while (!done_ && !(options_.interrupted && options_.interrupted->load())) { std::this_thread::sleep_for(kTick); }
    if (!done_) { note_interruption(); }
  }

  void note_interruption() {
    interrupted_ = true;
    stop("the run was interrupted");
  }

  RunnerOutcome collect() {
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (jobs_[i].info->turn == Turn::any && was_red(results_[i])) { note_reason(i); }
    }
    name_causes({target_, jobs_, asides_, reasons_}, results_);
    RunnerOutcome outcome{std::move(results_), std::move(problems_), interrupted_, left_out_ > 0};
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
  std::vector<Aside> asides_;  ///< One per result.
  std::vector<Reason> reasons_;
  std::vector<std::string> problems_;
  std::chrono::milliseconds patience_;            ///< With a target that may have stopped answering.
  std::atomic<unsigned> allowed_;                 ///< Workers.
  std::atomic<bool> one_after_the_other_{false};  ///< No conversation is kept for the next check.
  wire::Clock::time_point not_before_;            ///< What the target said by Retry-After.
  std::atomic<std::size_t> next_{0};
  std::atomic<int> troubles_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> done_{false};
  std::atomic<bool> lost_requests_{false};
  std::atomic<bool> filled_{false};  ///< The time in which the last of the checks wait.
  std::atomic<bool> interrupted_{false};
  std::mutex asking_, mutex_;
  std::string why_stopped_;
  int left_out_ = 0;
};

}  // namespace

RunnerOutcome run_checks(const Target& target, const RunnerOptions& options) {
  if (target.ledger) { return Run(target, options).go(); }
  Target own = target;
  own.ledger = std::make_shared<Ledger>();
  own.asked_once = std::make_shared<AskedOnce>();
  return Run(own, options).go();
}

}  // namespace weir::conformance
