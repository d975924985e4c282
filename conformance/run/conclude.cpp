#include <fmt/ranges.h>

#include "conformance/run/conduct.hpp"

namespace weir::conformance {

using reports::ExitCode;
using reports::Level;
using reports::Verdict;

namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::vector<std::string> why_it_fails(const reports::Results& results, const Circumstances& given) {
  std::size_t failed = 0, warned = 0;
  for (const auto& check : results.checks) {
    failed += check.verdict == Verdict::fail && !check.excused;
    warned += results.strict && check.verdict == Verdict::warn && check.level == Level::should && !check.excused;
  }
  std::vector<std::string> why;
  if (failed) { why.push_back(counted(failed, "check failed", "checks failed")); }
  if (warned) { why.push_back(counted(warned, "SHOULD is not met (--strict)", "SHOULDs are not met (--strict)")); }
  if (given.eras_lost) {
    why.push_back(counted(given.eras_lost, "era could not be opened", "eras could not be opened"));
  }
  if (given.tools_changed) { why.push_back("the tools changed up to the gate of the tools lock"); }
  if (given.baseline_problems) {
    why.push_back(counted(given.baseline_problems, "problem in the baseline", "problems in the baseline"));
  }
  return why;
}

/// "only 65 of 289 checks that apply could be verified"; empty where at least half of them were.
std::string too_little(const reports::Results& results) {
  std::size_t verified = 0, applicable = 0;
  for (const auto& check : results.checks) {
    if (check.level == Level::may || check.verdict == Verdict::not_applicable) { continue; }
    ++applicable;
    verified += check.verdict == Verdict::pass || check.verdict == Verdict::fail || check.verdict == Verdict::warn;
  }
  return 2 * verified < applicable ? fmt::format("only {} of {} could be verified", verified,
                                                 counted(applicable, "check that applies", "checks that apply"))
                                   : std::string();
}

std::vector<std::string> why_inconclusive(const reports::Results& results, const Circumstances& given) {
  const reports::Summary& summary = results.summary;
  std::vector<std::string> why;
  if (!given.lacked.empty()) { why.push_back(given.lacked); }
  if (given.stopped_early) { why.push_back("the run ended before every check was asked"); }
  if (summary.error) {
    why.push_back(counted(static_cast<std::size_t>(summary.error), "check of Weir failed itself",
                          "checks of Weir failed themselves"));
  }
  if (given.deploy_failed) { why.push_back("the deploy command failed"); }
  if (given.tools_unknown) { why.push_back("the tools could not be compared with the tools lock"); }
  if (summary.pass + summary.fail + summary.warn == 0) {
    why.emplace_back("nothing could be tested");
  } else if (auto little = too_little(results); !little.empty()) {
    why.push_back(std::move(little));
  }
  return why;
}

/// "healthy, streaming, not MCP (as the profile says); " of a target that was declared none, else "".
std::string what_it_is(const reports::Results& results) {
  if (results.eras.empty() || results.eras.front().era != to_string(wire::mcp::Era::none)) { return {}; }
  const auto passed = [&](std::initializer_list<std::string_view> beginnings) {
    return std::any_of(results.checks.begin(), results.checks.end(), [&](const auto& check) {
      return check.verdict == Verdict::pass &&
             std::any_of(beginnings.begin(), beginnings.end(), [&](auto text) { return check.id.starts_with(text); });
    });
  };
  std::vector<std::string> words;
  if (passed({"health.route.answers"})) { words.emplace_back("healthy"); }
  if (passed({"plain.stream.", "front-door.route.stream"})) { words.emplace_back("streaming"); }
  words.emplace_back("not MCP (as the profile says)");
  return fmt::format("{}; ", fmt::join(words, ", "));
}

}  // namespace

void conclude(reports::Results& results, const Circumstances& given) {
  results.summary = reports::summarize(results.checks);
  const auto decide = [&](ExitCode code, std::string reason) {
    results.exit_code = code;
    results.exit_reason = std::move(reason);
  };
  if (given.interrupted) { return decide(ExitCode::interrupted, "the run was interrupted"); }
  if (results.preflight) { return decide(ExitCode::unreachable, results.preflight->message); }
  if (const auto why = why_it_fails(results, given); !why.empty()) {
    return decide(ExitCode::target_fails, fmt::format("{}", fmt::join(why, ", ")));
  }
  if (const auto why = why_inconclusive(results, given); !why.empty()) {
    return decide(ExitCode::inconclusive, fmt::format("{}", fmt::join(why, ", ")));
  }
  decide(ExitCode::good, what_it_is(results) + counted(static_cast<std::size_t>(results.summary.pass),
                                                       "check passed, none failed", "checks passed, none failed"));
}

}  // namespace weir::conformance
