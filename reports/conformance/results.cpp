#include "reports/conformance/results.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir::reports {
namespace {

std::string joined(std::string_view endpoint, std::string_view era, std::string_view revision) {
  std::string out(endpoint);
  if (!out.empty() && !(era.empty() && revision.empty())) { out += ": "; }
  out += era;
  if (!era.empty() && !revision.empty()) { out += ' '; }
  return out.append(revision);
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::warn:
      return "warn";
    case Verdict::not_applicable:
      return "not-applicable";
    case Verdict::untestable:
      return "untestable";
    case Verdict::error:
      return "error";
  }
  return "error";
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::must:
      return "must";
    case Level::should:
      return "should";
    case Level::may:
      return "may";
  }
  return "must";
}

Summary summarize(const std::vector<CheckResult>& checks) {
  Summary sum;
  for (const CheckResult& check : checks) {
    switch (check.verdict) {
      case Verdict::pass:
        ++sum.pass;
        break;
      case Verdict::fail:
        ++sum.fail;
        break;
      case Verdict::warn:
        ++sum.warn;
        break;
      case Verdict::not_applicable:
        ++sum.not_applicable;
        break;
      case Verdict::untestable:
        ++sum.untestable;
        break;
      case Verdict::error:
        ++sum.error;
        break;
    }
    const bool can_be_excused = check.verdict == Verdict::fail || check.verdict == Verdict::warn;
    if (can_be_excused && check.excused) { ++sum.excused; }
  }
  return sum;
}

std::string_view label_of(const CheckResult& check) {
  const bool bad = check.verdict == Verdict::fail || check.verdict == Verdict::warn;
  return bad && check.excused ? "excused" : to_string(check.verdict);
}

bool is_failure(const CheckResult& check, bool strict) {
  if (check.excused) { return false; }
  return check.verdict == Verdict::fail || (strict && check.verdict == Verdict::warn && check.level == Level::should);
}

std::string describe_eras(const std::vector<EraFound>& eras) {
  std::string out;
  for (const EraFound& found : eras) {
    if (!out.empty()) { out += ", "; }
    out += joined(found.endpoint, found.era == "none" ? "not MCP" : found.era, found.revision);
    if (!found.older_revisions.empty()) { out += fmt::format(" (also {})", fmt::join(found.older_revisions, ", ")); }
  }
  return out;
}

std::vector<std::string> revisions_of(const CheckResult& check) {
  if (!check.revisions.empty() || check.revision.empty()) { return check.revisions; }
  return {check.revision};
}

std::string judged_by(const CheckResult& check) {
  return joined(check.endpoint, check.era, fmt::format("{}", fmt::join(revisions_of(check), ", ")));
}

}  // namespace weir::reports
