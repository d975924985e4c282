#include "conformance/run/conduct.hpp"

#include <fmt/ranges.h>

#include <cerrno>
#include <new>
#include <system_error>
#include <tuple>

#include "conformance/ask/asked_once.hpp"
#include "conformance/probe/beside.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/probe/memory.hpp"
#include "conformance/probe/secrets.hpp"
#include "conformance/probe/survey.hpp"
#include "conformance/run/first_contact.hpp"
#include "conformance/run/own_limits.hpp"
#include "conformance/run/pace.hpp"
#include "conformance/run/plan_target.hpp"
#include "conformance/run/refused_credentials.hpp"
#include "conformance/run/told.hpp"
#include "reports/conformance/redact.hpp"
#include "wire/auth/oauth.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/shortage.hpp"

namespace weir::conformance {

namespace {

constexpr std::string_view kEndpointSpeaks = "preflight.endpoint.speaks";
constexpr std::string_view kMcpAlive = "health.truth.mcp-alive";
constexpr std::string_view kPaymentFirst = "payment-required";

/// A revision belongs to the era without handshakes or to those with them.
std::optional<Era> only_era(const wire::Profile& profile) {
  if (profile.era) { return *profile.era == Era::none ? std::nullopt : profile.era; }
  return profile.revision == wire::mcp::k2026_07_28 ? std::optional(Era::stateless) : std::nullopt;
}

reports::EraFound found(const Survey& survey) {
  reports::EraFound era;
  era.era = to_string(survey.era);
  era.revision = survey.revision;
  const json::value info(survey.server_info);
  era.server_name = wire::string_or(info, "name", "");
  era.server_version = wire::string_or(info, "version", "");
  for (const auto& [name, value] : survey.capabilities) { era.capabilities.emplace_back(name); }
  if (survey.declares("tools") && !survey.list_error) { era.tools = static_cast<std::int64_t>(survey.tools.size()); }
  return era;
}

/// Asked once, however many endpoints there are: the deployment has one front door and one set of health routes.
bool is_asked_once(std::string_view id) {
  return id.starts_with("health.") || id.starts_with("front-door.") || id.starts_with("plain.stream.") ||
         is_of_deploy(id);
}

/// Asked where payment comes before any conversation: what has to be paid, and what stands beside MCP.
bool is_asked_unpaid(std::string_view id) {
  return id.starts_with("x402.") || (is_asked_once(id) && id != kMcpAlive && !is_of_deploy(id));
}

bool is_set(const std::atomic<bool>* flag) { return flag && flag->load(); }

class Conductor {
 public:
  explicit Conductor(const RunPlan& plan)
      : plan_(plan), pace_(pace_of(plan, {})), deadline_(wire::Deadline::in(pace_.budget)), target_(target_of(plan)) {
    bound();
  }

  wire::Result<reports::Results> go() {
    const auto begin = wire::Clock::now();
    describe();
    if (auto looked = look_or_lack(); !looked) { return tl::unexpected(looked.error()); }
    drop_what_was_seen();
    circumstances_.interrupted = circumstances_.interrupted || is_set(plan_.interrupted);
    results_.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - begin).count();
    conclude(results_, circumstances_);
    note_renewals();
    reports::redact(results_, wire::Redactor(secrets()));
    return std::move(results_);
  }

 private:
  void bound() {
    target_.client.run = bounds_of({deadline_.at + wire::limits::kAfterBudget}, plan_.interrupted);
    if (plan_.progress) { plan_.progress->until(deadline_); }
  }

  /// As the first answers showed; the time that they took is part of the budget.
  void take_pace() {
    const auto before = pace_.budget;
    pace_ = pace_of(plan_, target_.detection);
    deadline_.at += pace_.budget - before;
    bound();
  }

  void describe() {
    results_.tool_version = plan_.version;
    results_.started_at = plan_.started_at;
    results_.target_name = target_name_of(plan_);
    results_.target_url = plan_.url.str();
    results_.checkset = plan_.checkset;
    results_.strict = plan_.strict;
    results_.tls_verified = !(plan_.profile.insecure && plan_.url.tls());
  }

  /// Whatever ends the look, what was found until then is reported.
  wire::Result<void> look_or_lack() {
    try {
      auto looked = look();
      note_shortage();
      return looked;
    } catch (const MemoryUsedUp&) { lacks(memory_used_up_text()); } catch (const JudgingCutShort& error) {
      lacks(error.what());
    } catch (const std::bad_alloc&) {
      lacks(wire::shortage_of(ENOMEM)->detail);
    } catch (const std::system_error& error) {
      lacks(error.code() == std::errc::resource_unavailable_try_again ? wire::thread_shortage().detail : error.what());
    }
    return {};
  }

  void lacks(std::string what) {
    results_.problems.push_back(what);
    circumstances_.lacked = std::move(what);
    circumstances_.stopped_early = true;
  }

  /// A target that could not be reached for want of something of ours is not out of reach.
  void note_shortage() {
    const auto shortage = shortage_since(target_.client.run, {});
    if (!shortage) { return; }
    results_.preflight.reset();
    circumstances_.eras_lost = 0;
    circumstances_.lacked = shortage->detail;
    results_.problems.push_back(shortage->detail);
  }

  /// Reports are written with the memory that the looking took.
  void drop_what_was_seen() {
    target_.tap.reset();
    target_.ledger.reset();
    target_.surveys.clear();
    target_.detection = {};
  }

  /// Preflight, survey, checks, lock, baseline; stops where there is nothing further to see.
  wire::Result<void> look() {
    if (auto failure = get_token()) {
      results_.preflight = std::move(failure);
      return {};
    }
    if (plan_.progress) { plan_.progress->at("what the endpoint speaks"); }
    auto first = preflight_in_turn(target_, only_era(plan_.profile), deadline_);
    target_.detection = std::move(first.detection);
    target_.was_silent = first.was_silent;
    results_.preflight = std::move(first.failure);
    if (results_.preflight) { explain_refusal(target_, *results_.preflight); }
    if (results_.preflight && results_.preflight->cause == kPaymentFirst) {
      judge_unpaid();
      return {};
    }
    if (results_.preflight || is_set(plan_.interrupted)) { return {}; }
    take_pace();
    take_eras(target_, {});
    if (!is_plain(target_) && target_.surveys.empty()) {
      results_.preflight = no_such_revision();
      return {};
    }
    if (is_kept_out_by_rate(target_)) {
      results_.preflight = no_handshake_passes(results_.problems);
      return {};
    }
    std::vector<std::string> beside = plan_.checks;
    std::erase_if(beside, [](const std::string& id) { return is_of_deploy(id); });
    run_with_older(target_, beside, {});
    if (!is_plain(target_) && nothing_was_opened() && !something_failed()) {
      results_.preflight = no_conversation(target_, results_.problems);
    }
    for (const auto& endpoint : plan_.profile.endpoints) {
      if (auto visited = visit(endpoint); !visited) { return visited; }
    }
    deploy_across();
    sort();
    if (auto guarded = guard(); !guarded) { return guarded; }
    excuse();
    return {};
  }

  /// Nobody pays here, and no conversation begins. A failed check says more than that one has to pay.
  void judge_unpaid() {
    take_pace();
    std::vector<std::string> checks = plan_.checks;
    std::erase_if(checks, [](const std::string& id) { return !is_asked_unpaid(id); });
    run(target_, checks, {});
    sort();
    excuse();
    const auto& judged = results_.checks;
    const auto counts = [](const auto& check) { return check.verdict == reports::Verdict::fail && !check.excused; };
    if (std::none_of(judged.begin(), judged.end(), counts)) { return; }
    results_.problems.push_back(fmt::format("{}: {}", results_.preflight->cause, results_.preflight->message));
    results_.preflight.reset();
  }

  static bool is_plain(const Target& target) { return target.profile.era == Era::none; }

  /// The same for one of the further endpoints. Whatever it answers is its verdicts, and none of the run's.
  wire::Result<void> visit(const wire::ProfileEndpoint& endpoint) {
    auto url = wire::resolve(plan_.url, endpoint.url);
    if (!url) { return tl::unexpected(url.error()); }
    Target target = endpoint_target(target_, endpoint, std::move(*url));
    auto first = preflight_in_turn(target, only_era(target.profile), deadline_);
    target.detection = std::move(first.detection);
    target.was_silent = first.was_silent;
    take_eras(target, endpoint.name);
    std::vector<std::string> checks = plan_.checks;
    std::erase_if(checks, is_asked_once);
    if (target.surveys.empty() && !is_plain(target)) {
      std::erase_if(checks, [](const std::string& id) { return id != kEndpointSpeaks; });
    }
    run_with_older(target, checks, endpoint.name);
    return {};
  }

  /// Surveys the eras that were found; a target that is to be none has none to look at.
  void take_eras(Target& target, const std::string& endpoint) {
    if (is_plain(target)) {
      results_.eras.push_back({.era = std::string(to_string(Era::none)), .endpoint = endpoint});
      return;
    }
    std::vector<std::string> problems;
    target.surveys = survey(target, deadline_, plan_.interrupted, problems);
    circumstances_.eras_lost += problems.size();
    for (const auto& problem : problems) {
      results_.problems.push_back(endpoint.empty() ? problem : fmt::format("{}: {}", endpoint, problem));
    }
    for (const auto& survey : target.surveys) {
      if (survey.list_error && survey.list_error->code == wire::ErrorCode::limit_exceeded) {
        note({fmt::format("{}: no list is followed so far: {}", to_string(survey.era), survey.list_error->detail)},
             endpoint);
      }
      results_.eras.push_back(found(survey));
      results_.eras.back().endpoint = endpoint;
      note_other_revision(survey);
    }
  }

  void sort() {
    std::sort(results_.checks.begin(), results_.checks.end(), [](const auto& a, const auto& b) {
      return std::tie(a.id, a.endpoint, a.era, a.revision) < std::tie(b.id, b.endpoint, b.era, b.revision);
    });
  }

  std::vector<std::string> secrets() const {
    auto all = secrets_of(target_.profile, target_.headers);
    if (target_.tokens) {
      const auto tokens = target_.tokens->secrets();
      all.insert(all.end(), tokens.begin(), tokens.end());
    }
    return all;
  }

  void note_renewals() {
    const auto failure = target_.tokens ? target_.tokens->last_failure() : std::string();
    if (!failure.empty()) { results_.problems.push_back("the token could not be renewed: " + failure); }
  }

  /// By client credentials, where the profile has them and no token was given.
  std::optional<reports::PreflightFailure> get_token() {
    const auto& oauth = plan_.profile.oauth;
    if (!oauth || !plan_.profile.bearer.empty()) { return std::nullopt; }
    const MemoryBound bound;
    auto token = wire::fetch_token(*oauth, target_.client, wire::Deadline::in(plan_.answer_timeout));
    if (!token) { return no_token(token.error(), *oauth); }
    target_.profile.bearer = token->value;
    target_.headers = target_.profile.all_headers();
    target_.tokens = std::make_shared<wire::FreshToken>(*oauth, target_.client, std::move(*token));
    target_.client.renewal = wire::renewal_of(target_.tokens);
    return std::nullopt;
  }

  /// Then a failed check says more than the handshake's error.
  bool something_failed() const {
    return std::any_of(results_.checks.begin(), results_.checks.end(),
                       [](const auto& check) { return check.verdict == reports::Verdict::fail; });
  }
  bool nothing_was_opened() const {
    return std::all_of(target_.surveys.begin(), target_.surveys.end(),
                       [](const Survey& survey) { return survey.open_error.has_value(); });
  }

  reports::PreflightFailure no_such_revision() const {
    std::vector<std::string> eras;
    for (Era era : target_.detection.eras()) { eras.emplace_back(to_string(era)); }
    return {.cause = "revision-not-spoken",
            .message = fmt::format("revision {} was asked for, but the endpoint speaks {} only",
                                   plan_.profile.revision.value_or(""), fmt::join(eras, " and ")),
            .fix = "Leave --revision out, or name one of that era."};
  }

  void note_other_revision(const Survey& survey) {
    const auto& asked = plan_.profile.revision;
    if (asked && !survey.open_error && survey.revision != *asked) {
      results_.problems.push_back(fmt::format("revision {} was asked for, {} negotiated {} and is judged by that",
                                              *asked, to_string(survey.era), survey.revision));
    }
  }

  /// A deploy would disturb every other check: its own come after them, those of further endpoints included.
  void deploy_across() {
    std::vector<std::string> across = plan_.checks;
    std::erase_if(across, [](const std::string& id) { return !is_of_deploy(id); });
    if (!plan_.across_deploy || across.empty() || circumstances_.interrupted) { return; }
    if (circumstances_.stopped_early) {
      results_.problems.push_back("--across-deploy: the command was not run, as the run had ended before");
      return;
    }
    deploy();
    run(target_, across, {});
  }

  void deploy() {
    target_.across_deploy = std::make_shared<AcrossDeploy>(*plan_.across_deploy);
    const auto& watch = target_.across_deploy->watch(target_, deadline_, [this] { return is_set(plan_.interrupted); });
    circumstances_.interrupted = is_set(plan_.interrupted);
    circumstances_.deploy_failed = !watch.end.good();
    if (!watch.end.good()) { results_.problems.push_back("--across-deploy: the command " + watch.end.describe()); }
  }

  RunnerOutcome ask(Target& target, std::vector<std::string> checks, unsigned threads,
                    std::function<void()> meanwhile = {}) const {
    target.ledger = std::make_shared<Ledger>();  // Of each run its own.
    target.asked_once = std::make_shared<AskedOnce>();
    return run_checks(target, {.checks = std::move(checks),
                               .lowest = plan_.lowest,
                               .deadline = deadline_,
                               .budget = std::chrono::duration_cast<std::chrono::seconds>(pace_.budget),
                               .threads = threads,
                               .auth_attempts = plan_.auth_attempts,
                               .interrupted = plan_.interrupted,
                               .progress = plan_.progress,
                               .meanwhile = std::move(meanwhile)});
  }

  void run(Target& target, const std::vector<std::string>& checks, const std::string& endpoint,
           std::function<void()> meanwhile = {}) {
    if (checks.empty()) { return; }
    auto outcome = ask(target, checks, pace_.concurrency, std::move(meanwhile));
    for (auto& check : outcome.checks) {
      check.endpoint = endpoint;
      results_.checks.push_back(std::move(check));
    }
    note(outcome.problems, endpoint);
    circumstances_.interrupted = circumstances_.interrupted || outcome.interrupted;
    circumstances_.stopped_early = circumstances_.stopped_early || outcome.stopped_early;
  }

  void note(const std::vector<std::string>& problems, const std::string& about) {
    for (const auto& problem : problems) {
      results_.problems.push_back(about.empty() ? problem : fmt::format("{}: {}", about, problem));
    }
  }

  /// The older revisions of the one era that has several are asked while the last checks of the newest one wait, or
  /// after them where that was not the time.
  void run_with_older(Target& target, const std::vector<std::string>& checks, const std::string& endpoint) {
    std::optional<std::future<std::vector<OlderAnswers>>> beside;
    run(target, checks, endpoint, [&] {
      beside = begin([&] { return ask_older(target, checks); });
      beside->wait();  // What comes after the waiting checks is asked of a target that is left alone.
    });
    auto older = beside ? std::optional(beside->get()) : std::nullopt;
    if (lost_requests() || circumstances_.stopped_early || circumstances_.interrupted) { return; }
    if (!older) { older = ask_older(target, checks); }
    for (OlderAnswers& answers : *older) { take(std::move(answers), endpoint); }
  }

  struct OlderAnswers {
    std::string revision;
    RunnerOutcome outcome;
    std::vector<std::string> problems;
  };

  /// What loses requests of one revision loses those of all: it would be told once more of each.
  bool lost_requests() const {
    return std::any_of(results_.checks.begin(), results_.checks.end(),
                       [](const auto& result) { return loses_requests(result, *find_check(result.id)); });
  }

  std::vector<OlderAnswers> ask_older(const Target& target, const std::vector<std::string>& checks) const {
    const Survey* newest = target.survey(Era::streamable);
    if (!newest || newest->open_error) { return {}; }
    const auto questions = questions_of_older(checks, *newest, plan_.older);
    // Together they ask no more at a time than one run does.
    const auto share = static_cast<unsigned>(std::max<std::size_t>(1, questions.size()));
    const unsigned threads = std::max(1U, pace_.concurrency / share);
    std::vector<std::future<OlderAnswers>> beside;
    for (const OlderQuestions& each : questions) {
      if (!agrees_to(target, *newest, each.revision, deadline_, plan_.interrupted)) { continue; }
      beside.push_back(
          begin([this, &target, &each, threads] { return answers_in(each.revision, target, each.checks, threads); }));
    }
    std::vector<OlderAnswers> all;
    for (auto& answers : beside) { all.push_back(answers.get()); }
    return all;
  }

  OlderAnswers answers_in(const std::string& revision, const Target& target, const std::vector<std::string>& checks,
                          unsigned threads) const {
    OlderAnswers answers{.revision = revision, .outcome = {}, .problems = {}};
    Target older = as_of(target, Era::streamable, revision, deadline_, plan_.interrupted, answers.problems);
    if (plan_.older == Older::differing) { older.passed_over = slow_tools(target, Era::streamable); }
    answers.outcome = ask(older, checks, threads);
    for (auto& problem : answers.outcome.problems) { answers.problems.push_back(std::move(problem)); }
    return answers;
  }

  void take(OlderAnswers answers, const std::string& endpoint) {
    auto& [revision, outcome, problems] = answers;
    note(problems, endpoint.empty() ? revision : endpoint + ", " + revision);
    for (auto& check : outcome.checks) { check.endpoint = endpoint; }
    join(results_.checks, std::move(outcome.checks));
    for (auto& era : results_.eras) {
      if (era.endpoint == endpoint && era.era == to_string(Era::streamable)) {
        era.older_revisions.push_back(revision);
      }
    }
    circumstances_.interrupted = circumstances_.interrupted || outcome.interrupted;
    // Whoever did not ask for every revision has an answer without those that the budget did not reach.
    const bool excused = plan_.older == Older::differing && deadline_.passed();
    circumstances_.stopped_early = circumstances_.stopped_early || (outcome.stopped_early && !excused);
  }

  wire::Result<void> guard() {
    if (!plan_.tools_lock) { return {}; }
    auto locked = guard_tools(*plan_.tools_lock, target_.surveys, wire::Redactor(secrets()));
    if (!locked) { return tl::unexpected(locked.error()); }
    results_.tools_lock = std::move(locked->report);
    circumstances_.tools_changed = locked->breached;
    if (locked->problem) {
      circumstances_.tools_unknown = true;
      results_.problems.push_back(*locked->problem);
    }
    return {};
  }

  void excuse() {
    if (plan_.baseline) {
      const auto problems = apply_baseline(*plan_.baseline, plan_.started_at.substr(0, 10), results_.checks);
      circumstances_.baseline_problems = problems.size();
      results_.problems.insert(results_.problems.end(), problems.begin(), problems.end());
    }
  }

  const RunPlan& plan_;
  Pace pace_;
  wire::Deadline deadline_;
  Target target_;
  reports::Results results_;
  Circumstances circumstances_;
};

}  // namespace

wire::Result<reports::Results> conduct(const RunPlan& plan) { return Conductor(plan).go(); }

}  // namespace weir::conformance
