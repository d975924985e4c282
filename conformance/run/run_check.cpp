#include "conformance/run/run_check.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <optional>

#include "conformance/ask/passive.hpp"
#include "conformance/catalogue/source_link.hpp"
#include "conformance/exercise/exercise.hpp"
#include "conformance/probe/attribution.hpp"
#include "conformance/probe/beside.hpp"
#include "conformance/probe/curl.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/probe/memory.hpp"
#include "conformance/probe/secrets.hpp"
#include "conformance/run/excuse.hpp"
#include "conformance/run/own_limits.hpp"
#include "conformance/run/told.hpp"

namespace weir::conformance {

using reports::CheckResult;
using reports::Verdict;

namespace {

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
    const MemoryBound bound;
    return info.run(probe);
  } catch (const std::bad_alloc& error) { return untestable(error.what()); } catch (const JudgingCutShort& error) {
    return untestable(error.what());
  } catch (const std::exception& error) {
    return {Verdict::error, fmt::format("the check itself failed: {}", error.what()), {}, {}};
  }
}

bool is_red(const Finding& finding) { return finding.verdict == Verdict::fail; }

/// Whether a request met the end of its connection, or of a session that others had before: by chance, that is no fault
/// of what was asked. A check that is asked first tries what ends a server, and is not to be asked again.
bool was_lost(const CheckInfo& info, const Probe& probe) {
  if (info.turn != Turn::any) { return false; }
  const auto& error = probe.last_heard().error;
  if (error && (error->code == wire::ErrorCode::reset || error->code == wire::ErrorCode::closed)) { return true; }
  const auto& ledger = probe.target().ledger;
  if (ledger && ledger->met_lost_session(probe.number())) { return true; }
  // A server may end a session at any time, as with the stream that an earlier check left: clients begin anew then.
  return probe.met(Trouble::loss) || (probe.used_kept() && probe.met(Trouble::refused_session));
}

/// Asks, and asks once more where the clock or a lost connection alone may have made it red. The probe is that of the
/// answer which counts.
Finding ask(const CheckInfo& info, std::optional<Probe>& probe, const std::function<void()>& make_probe) {
  make_probe();
  Finding first = guarded(info, *probe);
  const bool lost = is_red(first) && was_lost(info, *probe);
  if (!is_red(first) || !(info.timed || lost)) { return first; }
  probe->spoil();
  make_probe();
  Finding second = guarded(info, *probe);
  // A run that ends meanwhile has not heard better of the target, nor has one that finds no conversation any more.
  const bool heard_well = lost && !was_lost(info, *probe) && !probe->open_failed();
  const bool unheard = second.verdict == Verdict::untestable && !heard_well;
  if ((probe->out_of_time() && !is_red(second)) || unheard) { return first; }
  if (second.verdict == Verdict::pass) {
    second.message += fmt::format(" (when asked again; at first {})", first.message);
  }
  return second;
}

/// A check that asks nothing itself judges what the survey got: the list of its area, or else what opened it.
std::optional<wire::Request> judged_of_survey(const CheckInfo& info, const Probe& probe) {
  const std::string area = info.id.substr(0, info.id.find('.'));
  const bool templates = info.id.starts_with("resources.template");
  const auto seen = probe.tap().seen(probe.era());
  for (const std::string& method : {templates ? "resources/templates/list" : area + "/list", std::string("initialize"),
                                    std::string("server/discover")}) {
    const auto asks = [&](const SeenPtr& one) {
      return one->by == "survey" && one->http.request.body.find(fmt::format("\"{}\"", method)) != std::string::npos;
    };
    const auto found = std::find_if(seen.begin(), seen.end(), asks);
    if (found != seen.end()) { return (*found)->http.request; }
  }
  return std::nullopt;
}

/// What it could not hold is not in the tap: those who judge that say so themselves.
void exercise_within_memory(const Target& target, const Survey* survey, wire::Deadline deadline,
                            const std::atomic<bool>* stop) {
  try {
    const MemoryBound bound;
    exercise(target, survey, deadline, stop);
  } catch (const std::bad_alloc&) { return; } catch (const JudgingCutShort&) {
    return;
  }
}

/// The command that shows the last request again, or why there is none.
std::string again(const CheckInfo& info, const Target& target, Probe& probe) {
  const auto& reasons = not_by_command();
  if (const auto found = reasons.find(info.id); found != reasons.end()) {
    return "# no single command shows it: " + found->second;
  }
  if (!probe.last_request()) {
    if (auto request = judged_of_survey(info, probe)) { probe.pin_request(std::move(*request)); }
  }
  if (!probe.last_request()) { return {}; }
  return curl_command(*probe.last_request(), {.insecure = target.client.insecure,
                                              .ca_file = target.client.ca_file,
                                              .times = info.timed,
                                              .before = probe.before_last_request(),
                                              .url = target.url,
                                              .revision = probe.revision(),
                                              .headers = target.headers});
}

/// A sentence of a check holds what a server calls its things, and that may be of any length.
std::string cut(std::string text) {
  constexpr std::size_t kSentenceBytes = 2000;
  if (text.size() <= kSentenceBytes) { return text; }
  const std::size_t left_out = text.size() - kSentenceBytes;
  std::size_t end = kSentenceBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) { --end; }
  text.resize(end);
  return text + fmt::format("... ({} bytes more)", left_out);
}

}  // namespace

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

void take(CheckResult& result, Finding finding, Level level) {
  result.verdict = finding.verdict == Verdict::fail && level != Level::must ? Verdict::warn : finding.verdict;
  result.message = cut(std::move(finding.message));
  result.expected = cut(std::move(finding.expected));
  result.got = cut(std::move(finding.got));
  result.hop = cut(std::move(finding.hop));
  result.fix = cut(std::move(finding.fix));
}

void exercise_once(const Target& target, Era era, wire::Deadline deadline, const std::atomic<bool>* stop) {
  target.tap->exercise_once(era, [&] { exercise_within_memory(target, target.survey(era), deadline, stop); });
}

void exercise_eras(const Target& target, const std::set<Era>& eras, bool side_by_side, wire::Deadline deadline,
                   const std::atomic<bool>* stop) {
  std::vector<std::future<void>> all;
  for (const Era era : eras) {
    all.push_back(begin([&target, era, deadline, stop] { exercise_once(target, era, deadline, stop); }));
    if (!side_by_side) { all.back().wait(); }
  }
  for (auto& one : all) { one.get(); }
}

CheckResult run_check(const Target& target, const CheckInfo& info, Era era, wire::Deadline deadline,
                      const std::atomic<bool>* stop, Aside* aside, Worker* worker) {
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
  const OwnLimits limits(target);
  if (info.passive) { exercise_once(target, era, deadline, stop); }
  const auto begin = wire::Clock::now();
  std::optional<Probe> asked;
  Finding finding = ask(info, asked, [&] {
    asked.emplace(target, survey, deadline, stop, worker, info.id);
    if (explains(info, Trouble::withheld_stream)) { asked->take_time_for_heads(); }
  });
  Probe& probe = *asked;
  if (is_red(finding)) {
    if (auto excuse = excuse_of(finding, probe, info); !excuse.empty()) { finding = untestable(std::move(excuse)); }
  }
  finding = limits.correct(std::move(finding), info);
  attribute(finding, info.fix, probe.last_heard(),
            {.url = target.url, .credentials = has_credentials(target.headers), .timeout = target.answer_timeout});
  take(result, std::move(finding), info.level);
  result.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - begin).count();
  if (result.verdict == Verdict::fail || result.verdict == Verdict::error) { probe.spoil(); }
  if (result.verdict != Verdict::pass && result.verdict != Verdict::not_applicable) {
    result.evidence = probe.evidence();
    result.curl = again(info, target, probe);
  }
  if (aside) {
    // A check may have waited by itself, in a conversation that it holds: then its time tells.
    const bool waited = result.verdict != Verdict::pass && result.duration_ms >= target.answer_timeout.count();
    *aside = {.hung = probe.last_answer_missing() || waited,
              .shut_out = probe.open_failed(),
              .asker = probe.number(),
              .ended = wire::Clock::now()};
  }
  return result;
}

}  // namespace weir::conformance
