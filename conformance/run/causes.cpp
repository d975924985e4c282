#include "conformance/run/causes.hpp"

#include <algorithm>
#include <array>

#include "conformance/probe/ledger.hpp"
#include "conformance/probe/same_tools.hpp"
#include "conformance/run/told.hpp"

namespace weir::conformance {

using reports::CheckResult;
using reports::Verdict;

namespace {

constexpr std::string_view kToolsOfSomeReplicas = "tools.call.known-everywhere";
constexpr std::string_view kSessionsForgotten = "session.all.remembered";
/// A stream ends with its session.
constexpr std::array<std::string_view, 3> kStreamLives = {"idle.stream.survives", "reconnect.stream.lasts",
                                                          "streamable.get.stays-open"};

bool is_explained(const Asking& run, const Reason& reason, std::size_t i, const CheckResult& result) {
  const Job& job = run.jobs[i];
  const Aside& aside = run.asides[i];
  const CheckInfo& info = *job.info;
  const CheckInfo& by = *run.jobs[reason.job].info;
  if (i == reason.job) { return false; }
  const auto explained = [&](Trouble trouble) { return explains(by, trouble); };
  if (info.id == kSessionsForgotten) { return false; }  // It asks in a moment when nobody else does.
  // Who looks at the whole run at its end finds again what an experiment before it has named.
  if (info.turn == Turn::last) {
    const auto collapse = run.target.ledger->noted_collapse();
    if (collapse && collapse->ended) { return false; }  // The process has gone: no experiment excuses that.
    return by.turn != Turn::last && std::all_of(info.explains.begin(), info.explains.end(), explained);
  }
  // Whoever was at it when the target went may have lost a stream, or waited for what never came.
  if (reason.since != wire::Clock::time_point{} && aside.ended >= reason.since) { return true; }
  if (reason.shuts_out && aside.shut_out) { return true; }
  if (info.turn == Turn::first && by.turn != Turn::first) { return false; }
  const bool of_one_era = job.era == run.jobs[reason.job].era;
  const bool lost_session = by.turn == Turn::first && of_one_era && explained(Trouble::refused_session);
  if (lost_session && says_the_same(reason.text, result.got)) { return true; }
  const auto met = run.target.ledger->troubles(aside.asker, reason.since);
  if (std::any_of(met.begin(), met.end(), explained)) { return true; }
  const bool by_chance = by.id == "preflight.answers.regular";
  if (by_chance && run.target.ledger->lost_by_chance(run.target.url, met, result.got)) { return true; }
  // An answer that is missing on the stream of HTTP+SSE, or behind the head of its own, is no trouble of an exchange.
  const bool unheard = aside.hung && (job.era == Era::http_sse || of_one_era);
  if (unheard && explained(Trouble::silence) && by.turn != Turn::last) { return true; }
  // What is slow is late for whoever judges by the clock.
  return info.timed && by.explains == std::vector{Trouble::silence};
}

void explain(const Asking& run, std::vector<CheckResult>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (const Reason& reason : run.reasons) {
      // Two that explain each other would leave nothing red.
      const bool both_red = was_red(results[i]) && was_red(results[reason.job]);
      if (both_red && is_explained(run, reason, i, results[i])) {
        take(results[i], untestable(reason.text), run.jobs[i].info->level);
      }
    }
  }
}

/// What leaves one check without an answer leaves others so that ask for the same: that stands once.
void name_withheld(const Asking& run, std::size_t i, std::vector<CheckResult>& results) {
  const Job& job = run.jobs[i];
  if (!was_red(results[i]) || !run.asides[i].hung || !what_is_withheld(job.info->id).empty()) { return; }
  for (std::size_t by = 0; by < results.size(); ++by) {
    const std::string what = what_is_withheld(run.jobs[by].info->id);
    const bool withheld = !what.empty() && results[by].verdict == Verdict::fail && run.asides[by].hung;
    if (!withheld || run.jobs[by].era != job.era) { continue; }
    const std::string why = fmt::format("{} gets no answer either (see {})", what, run.jobs[by].info->id);
    return take(results[i], untestable(why + ": " + results[i].got), job.info->level);
  }
}

/// Whether a check was red for a tool that was unknown where it was asked; another check may have asked for it.
bool met_unknown_tool(const ToolsSeen& seen, const CheckResult& result) {
  return seen.met_unknown.contains(result.id) ||
         std::any_of(seen.refusals.begin(), seen.refusals.end(),
                     [&](const std::string& words) { return result.got.find(words) != std::string::npos; });
}

/// A replica that lacks a tool calls it unknown, whatever else was asked: what a check varied is no reason for that.
void name_missing_tools(const Asking& run, std::vector<CheckResult>& results) {
  for (std::size_t by = 0; by < results.size(); ++by) {
    if (results[by].id != kToolsOfSomeReplicas || !was_red(results[by])) { continue; }
    const auto seen = tools_seen(run.target, run.jobs[by].era);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const bool met = run.jobs[i].era == run.jobs[by].era && met_unknown_tool(*seen, results[i]);
      if (i == by || !met || !was_red(results[i])) { continue; }
      take(results[i], untestable(fmt::format("{} ({})", results[by].got, results[by].id)), run.jobs[i].info->level);
    }
  }
}

/// Where all sessions are forgotten now and then, whoever met that has not met a fault of what it asked.
void name_forgotten_sessions(const Asking& run, std::vector<CheckResult>& results) {
  const auto by = std::find_if(results.begin(), results.end(), [](const CheckResult& result) {
    return result.id == kSessionsForgotten && was_red(result);
  });
  // What is asked in older revisions is asked later, of the same server.
  Ledger& ledger = *run.target.ledger;
  const bool here = by != results.end();
  if (!here && !ledger.is_told_by(std::string(kSessionsForgotten))) { return; }
  if (here) { ledger.told_by(std::string(kSessionsForgotten)); }
  const std::string got = here ? by->got : "sessions are forgotten all at once";
  const std::string why = fmt::format("{} ({})", got, kSessionsForgotten);
  for (std::size_t i = 0; i < results.size(); ++i) {
    CheckResult& result = results[i];
    const bool unheard = was_red(result) || result.verdict == Verdict::untestable;
    if (result.id == kSessionsForgotten || !unheard) { continue; }
    const bool of_stream = std::find(kStreamLives.begin(), kStreamLives.end(), result.id) != kStreamLives.end();
    const bool met = (of_stream && was_red(result)) || run.target.ledger->met_lost_session(run.asides[i].asker);
    if (met || says_the_same(got, result.got) || says_the_same(got, result.message)) {
      take(result, untestable(why), run.jobs[i].info->level);
    }
  }
}

/// What is wrong with the answers of an era is told there; those beside it have it of the same server.
void name_told_in_era(const Asking& run, std::vector<CheckResult>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (run.jobs[i].era != Era::none || !run.jobs[i].info->outside || !was_red(results[i])) { continue; }
    const auto in_era = std::find_if(results.begin(), results.end(), [&](const CheckResult& other) {
      return other.id == results[i].id && !other.era.empty() && was_red(other);
    });
    if (in_era == results.end()) { continue; }
    const std::string why = fmt::format("the same as in {}: {}", in_era->era, results[i].got);
    take(results[i], untestable(why), run.jobs[i].info->level);
  }
}

void name_implied(const Asking& run, std::vector<CheckResult>& results) {
  for (const auto& by : std::vector(results)) {  // As they were: what is implied implies in its turn.
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!is_implied(results[i], by)) { continue; }
      take(results[i], untestable(fmt::format("{} ({})", by.got, by.id)), run.jobs[i].info->level);
    }
  }
}

}  // namespace

void name_causes(const Asking& run, std::vector<CheckResult>& results) {
  name_forgotten_sessions(run, results);
  explain(run, results);
  for (std::size_t i = 0; i < results.size(); ++i) { name_withheld(run, i, results); }
  name_missing_tools(run, results);
  name_told_in_era(run, results);
  name_implied(run, results);
}

}  // namespace weir::conformance
