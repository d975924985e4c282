#include "conformance/run/older_revisions.hpp"

#include <algorithm>
#include <set>

#include "conformance/deploy/across_deploy.hpp"
#include "conformance/probe/survey.hpp"

namespace weir::conformance {

using reports::CheckResult;
using reports::Verdict;

namespace {

bool is_judged(const CheckResult& result) {
  return result.verdict == Verdict::pass || result.verdict == Verdict::fail || result.verdict == Verdict::warn;
}

bool is_unasked(const CheckResult& result) {
  return result.verdict == Verdict::not_applicable || result.verdict == Verdict::untestable;
}

bool is_asked(const CheckInfo& info, Older older) {
  const bool differs = older == Older::everything || (older == Older::differing && info.by_revision);
  return differs && !is_of_deploy(info.id) && info.wrong_credentials == 0;
}

}  // namespace

std::vector<OlderQuestions> questions_of_older(const std::vector<std::string>& checks, const Survey& newest,
                                               Older older) {
  std::vector<OlderQuestions> all;
  for (const std::string_view revision : wire::mcp::revisions_of(newest.era)) {
    OlderQuestions questions{.revision = std::string(revision), .checks = {}};
    for (const auto& id : checks) {
      const CheckInfo& info = *find_check(id);
      const auto held = revisions_of(info, newest.era);
      const bool holds = std::find(held.begin(), held.end(), revision) != held.end();
      if (holds && is_asked(info, older)) { questions.checks.push_back(id); }
    }
    if (revision < newest.revision && !questions.checks.empty()) { all.insert(all.begin(), std::move(questions)); }
  }
  return all;
}

bool agrees_to(const Target& target, const Survey& newest, const std::string& revision, wire::Deadline deadline,
               const std::atomic<bool>* stop) {
  Probe probe(target, &newest, deadline, stop);
  // A refusal is no business of this: lifecycle.version.echoed tells of it.
  const auto opened = probe.dialogue([&](auto& options) { options.revision = revision; });
  return opened && opened->revision() == revision;
}

Target unsurveyed(const Target& target) {
  return {.profile = target.profile,
          .url = target.url,
          .headers = target.headers,
          .client = target.client,
          .tokens = target.tokens,
          .detection = target.detection,
          .call_read_only = target.call_read_only,
          .answer_timeout = target.answer_timeout,
          .hold = target.hold,
          .across_deploy = target.across_deploy,
          .judging = target.judging};
}

Target as_of(const Target& target, Era era, std::string revision, wire::Deadline deadline,
             const std::atomic<bool>* stop, std::vector<std::string>& problems) {
  Target older = unsurveyed(target);
  older.profile.revision = std::move(revision);
  std::erase_if(older.detection.attempts, [&](const auto& attempt) { return attempt.era != era; });
  older.surveys = survey(older, deadline, stop, problems);
  return older;
}

std::vector<std::string> slow_tools(const Target& target, Era era) {
  constexpr std::int64_t kSlowUs = 1'000'000;
  std::set<std::string> slow;
  for (const auto& seen : target.tap->seen(era)) {
    const auto& timings = seen->http.timings;
    if (timings.end_us - std::max<std::int64_t>(timings.sent_us, 0) < kSlowUs) { continue; }
    const auto asked = jsonrpc::parse(seen->http.request.body);
    if (!asked || asked->messages.size() != 1 || asked->messages.front().method != "tools/call") { continue; }
    slow.emplace(wire::string_or(asked->messages.front().params, "name", ""));
  }
  return {slow.begin(), slow.end()};
}

void join(std::vector<CheckResult>& all, std::vector<CheckResult> older) {
  for (auto& result : older) {
    const auto of_the_same = [&](const CheckResult& other) {
      return other.id == result.id && other.era == result.era && other.endpoint == result.endpoint;
    };
    const auto alike = std::find_if(all.begin(), all.end(), [&](const auto& other) {
      return of_the_same(other) && other.verdict == result.verdict;
    });
    if (alike != all.end()) {
      alike->revisions = revisions_of(*alike);
      alike->revisions.push_back(result.revision);
      continue;
    }
    const bool no_news = is_unasked(result) && std::any_of(all.begin(), all.end(), [&](const auto& other) {
                           return of_the_same(other) && is_judged(other);
                         });
    if (!no_news) { all.push_back(std::move(result)); }
  }
}

}  // namespace weir::conformance
