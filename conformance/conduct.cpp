#include "conformance/conduct.hpp"

#include <fmt/ranges.h>

#include <iterator>
#include <tuple>

#include "conformance/preflight.hpp"
#include "conformance/secrets.hpp"
#include "conformance/survey.hpp"
#include "reports/redact.hpp"

namespace weir::conformance {

namespace {

Target target_of(const RunPlan& plan) {
  Target target;
  target.profile = plan.profile;
  target.url = plan.url;
  target.headers = plan.profile.all_headers();
  target.client.ca_file = plan.profile.ca_file;
  target.client.insecure = plan.profile.insecure;
  target.client.user_agent = "weir/" + plan.version;
  target.call_read_only = plan.profile.call_read_only;
  target.answer_timeout = plan.answer_timeout;
  target.hold = plan.hold;
  return target;
}

/// A revision belongs to the era without handshakes or to those with them.
std::optional<Era> only_era(const wire::Profile& profile) {
  if (profile.era) {
    return profile.era;
  }
  return profile.revision == wire::mcp::k2026_07_28 ? std::optional(Era::stateless) : std::nullopt;
}

reports::EraFound found(const Survey& survey) {
  reports::EraFound era;
  era.era = to_string(survey.era);
  era.revision = survey.revision;
  const json::value info(survey.server_info);
  era.server_name = wire::string_or(info, "name", "");
  era.server_version = wire::string_or(info, "version", "");
  for (const auto& [name, value] : survey.capabilities) {
    era.capabilities.emplace_back(name);
  }
  if (survey.declares("tools") && !survey.list_error) {
    era.tools = static_cast<std::int64_t>(survey.tools.size());
  }
  return era;
}

reports::PreflightFailure no_conversation(const std::vector<std::string>& problems) {
  return {.cause = "handshake-failed",
          .message = problems.front(),
          .fix = "Read the error: the endpoint answers as MCP does, but the handshake does not come to its end.",
          .evidence = problems,
          .curl = {}};
}

bool is_set(const std::atomic<bool>* flag) { return flag && flag->load(); }

class Conductor {
 public:
  explicit Conductor(const RunPlan& plan)
      : plan_(plan), deadline_(wire::Deadline::in(plan.budget)), target_(target_of(plan)) {}

  wire::Result<reports::Results> go() {
    const auto begin = wire::Clock::now();
    describe();
    if (auto looked = look(); !looked) {
      return tl::unexpected(looked.error());
    }
    circumstances_.interrupted = circumstances_.interrupted || is_set(plan_.interrupted);
    results_.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - begin).count();
    conclude(results_, circumstances_);
    reports::redact(results_, reports::Redactor(secrets_of(plan_.profile, target_.headers)));
    return std::move(results_);
  }

 private:
  void describe() {
    results_.tool_version = plan_.version;
    results_.started_at = plan_.started_at;
    results_.target_name = plan_.profile.name.empty() ? plan_.url.host : plan_.profile.name;
    results_.target_url = plan_.url.str();
    results_.strict = plan_.strict;
    results_.tls_verified = !(plan_.profile.insecure && plan_.url.tls());
  }

  /// Preflight, survey, checks, lock, baseline; stops where there is nothing further to see.
  wire::Result<void> look() {
    auto first = preflight(target_, only_era(plan_.profile));
    target_.detection = std::move(first.detection);
    results_.preflight = std::move(first.failure);
    if (results_.preflight || is_set(plan_.interrupted)) {
      return {};
    }
    target_.surveys = survey(target_, deadline_, plan_.interrupted, results_.problems);
    circumstances_.eras_lost = results_.problems.size();
    if (target_.surveys.empty()) {
      results_.preflight = no_such_revision();
      return {};
    }
    for (const auto& survey : target_.surveys) {
      results_.eras.push_back(found(survey));
      note_other_revision(survey);
    }
    run();
    if (nothing_was_opened() && !something_failed()) {
      results_.preflight = no_conversation(results_.problems);
    }
    if (auto guarded = guard(); !guarded) {
      return guarded;
    }
    excuse();
    return {};
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
    for (Era era : target_.detection.eras()) {
      eras.emplace_back(to_string(era));
    }
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

  /// A deploy would disturb every other check: its own come after them.
  void run() {
    std::vector<std::string> beside, across;
    for (const auto& id : plan_.checks) {
      (is_of_deploy(id) ? across : beside).push_back(id);
    }
    ask(std::move(beside));
    if (plan_.across_deploy && !across.empty() && !circumstances_.interrupted) {
      if (circumstances_.stopped_early) {
        results_.problems.push_back("--across-deploy: the command was not run, as the run had ended before");
      } else {
        deploy();
        ask(std::move(across));
      }
    }
    std::sort(results_.checks.begin(), results_.checks.end(), [](const auto& a, const auto& b) {
      return std::tie(a.id, a.era, a.revision) < std::tie(b.id, b.era, b.revision);
    });
  }

  void deploy() {
    target_.across_deploy = std::make_shared<AcrossDeploy>(*plan_.across_deploy);
    const auto& watch = target_.across_deploy->watch(target_, deadline_, [this] { return is_set(plan_.interrupted); });
    circumstances_.interrupted = is_set(plan_.interrupted);
    circumstances_.deploy_failed = !watch.end.good();
    if (!watch.end.good()) {
      results_.problems.push_back("--across-deploy: the command " + watch.end.describe());
    }
  }

  void ask(std::vector<std::string> checks) {
    if (checks.empty()) {
      return;
    }
    auto outcome = run_checks(target_, {.checks = std::move(checks),
                                        .lowest = plan_.lowest,
                                        .deadline = deadline_,
                                        .budget = std::chrono::duration_cast<std::chrono::seconds>(plan_.budget),
                                        .threads = plan_.concurrency,
                                        .interrupted = plan_.interrupted});
    std::move(outcome.checks.begin(), outcome.checks.end(), std::back_inserter(results_.checks));
    results_.problems.insert(results_.problems.end(), outcome.problems.begin(), outcome.problems.end());
    circumstances_.interrupted = circumstances_.interrupted || outcome.interrupted;
    circumstances_.stopped_early = circumstances_.stopped_early || outcome.stopped_early;
  }

  wire::Result<void> guard() {
    if (!plan_.tools_lock) {
      return {};
    }
    auto locked = guard_tools(*plan_.tools_lock, target_.surveys);
    if (!locked) {
      return tl::unexpected(locked.error());
    }
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
  wire::Deadline deadline_;
  Target target_;
  reports::Results results_;
  Circumstances circumstances_;
};

}  // namespace

wire::Result<reports::Results> conduct(const RunPlan& plan) { return Conductor(plan).go(); }

}  // namespace weir::conformance
