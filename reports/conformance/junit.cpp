#include "reports/conformance/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "reports/draw/junit_document.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

enum class Outcome { passed, failure, error, skipped };

Outcome outcome_of(const CheckResult& check, bool strict) {
  if (is_failure(check, strict)) { return Outcome::failure; }
  switch (check.verdict) {
    case Verdict::pass:
      return Outcome::passed;
    case Verdict::error:
      return Outcome::error;
    case Verdict::warn:
      return check.excused ? Outcome::skipped : Outcome::passed;
    case Verdict::fail:
    case Verdict::not_applicable:
    case Verdict::untestable:
      return Outcome::skipped;
  }
  return Outcome::error;
}

void count(JunitCounts& counts, Outcome outcome) {
  ++counts.tests;
  counts.failures += outcome == Outcome::failure ? 1 : 0;
  counts.errors += outcome == Outcome::error ? 1 : 0;
  counts.skipped += outcome == Outcome::skipped ? 1 : 0;
}

JunitCounts count(std::span<const CheckResult> checks, bool strict) {
  JunitCounts counts;
  for (const CheckResult& check : checks) { count(counts, outcome_of(check, strict)); }
  return counts;
}

/// Milliseconds of all checks together: they may have run side by side.
std::int64_t time_of(std::span<const CheckResult> checks) {
  std::int64_t sum = 0;
  for (const CheckResult& check : checks) { sum += check.duration_ms; }
  return sum;
}

/// The newest revision alone: histories go by the name, and it must not change with what else was asked.
std::string name_of(const CheckResult& check) {
  CheckResult named = check;
  named.revisions.clear();
  const std::string where = judged_by(named);
  return where.empty() ? check.id : fmt::format("{} [{}]", check.id, where);
}

std::string headline_of(const CheckResult& check) {
  if (!check.message.empty()) { return wire::printable(check.message); }
  return wire::printable(check.got.empty() ? check.title : "got " + check.got);
}

std::string details_of(const CheckResult& check) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) { fmt::format_to(std::back_inserter(out), "{}: {}\n", name, wire::printable(value)); }
  };
  add("rule", check.title);
  add("expected", check.expected);
  add("got", check.got);
  add("hop", check.hop);
  add("fix", check.fix);
  add("requirements", fmt::format("{}", fmt::join(check.requirements, ", ")));
  add("source", check.source);
  add("why it hurts", check.consequence);
  add("reproduce", check.curl);
  for (const std::string& line : check.evidence) { add("evidence", line); }
  return out;
}

std::string excuse_of(const CheckResult& check) {
  const std::string& reason = check.excused->reason;
  if (check.excused->expires.empty()) { return "known failure: " + reason; }
  return fmt::format("known failure until {}: {}", check.excused->expires, reason);
}

void write_check(JunitDocument& xml, const CheckResult& check, bool strict) {
  xml.with("classname", "weir." + check.area).with("name", name_of(check)).with_time(check.duration_ms);
  const Outcome outcome = outcome_of(check, strict);
  const bool warned = outcome == Outcome::passed && check.verdict == Verdict::warn;
  if (outcome == Outcome::passed && !warned) { return xml.empty("testcase"); }
  xml.open("testcase");
  switch (outcome) {
    case Outcome::failure:
      xml.with("message", headline_of(check)).with("type", to_string(check.level)).text("failure", details_of(check));
      break;
    case Outcome::error:
      xml.with("message", headline_of(check)).text("error", details_of(check));
      break;
    case Outcome::skipped:
      xml.with("message",
               check.excused ? excuse_of(check) : fmt::format("{}: {}", to_string(check.verdict), headline_of(check)));
      xml.empty("skipped");
      break;
    case Outcome::passed:
      xml.text("system-out", fmt::format("warning: {}\n{}", headline_of(check), details_of(check)));
      break;
  }
  xml.close("testcase");
}

/// The one test of the suite "run".
struct Run {
  Outcome outcome = Outcome::passed;
  std::string message;
  std::string details;
};

std::optional<Run> run_of(const Results& results, const JunitCounts& checks) {
  Run run;
  if (const auto& failure = results.preflight) {
    run.outcome = Outcome::error;
    run.message = wire::printable(fmt::format("{}: {}", failure->cause, failure->message));
    run.details = fmt::format("fix: {}\n", wire::printable(failure->fix));
    if (!failure->curl.empty()) { run.details += fmt::format("reproduce: {}\n", wire::printable(failure->curl)); }
    for (const std::string& line : failure->evidence) {
      run.details += fmt::format("evidence: {}\n", wire::printable(line));
    }
    return run;
  }
  const bool explained = results.exit_code == ExitCode::good || checks.failures > 0;
  if (explained && results.problems.empty()) { return std::nullopt; }
  if (!explained) { run.outcome = results.exit_code == ExitCode::target_fails ? Outcome::failure : Outcome::error; }
  run.message = results.exit_reason;
  for (const std::string& problem : results.problems) { run.details += wire::printable(problem) + "\n"; }
  if (results.tools_lock) {
    for (const ToolChange& change : results.tools_lock->changes) {
      run.details +=
          wire::printable(fmt::format("{}: {}{} {}", change.severity, change.tool, change.pointer, change.message));
      run.details += "\n";
    }
  }
  return run;
}

void write_run(JunitDocument& xml, const Results& results, const Run& run) {
  JunitCounts counts;
  count(counts, run.outcome);
  xml.with("name", "run")
      .with(counts)
      .with_time(results.duration_ms)
      .with("timestamp", junit_timestamp(results.started_at));
  xml.open("testsuite");
  xml.with("classname", "weir").with("name", results.preflight ? "preflight" : "run").with_time(results.duration_ms);
  xml.open("testcase");
  if (run.outcome == Outcome::passed) {
    xml.text("system-out", run.details);
  } else {
    const std::string_view tag = run.outcome == Outcome::failure ? "failure" : "error";
    xml.with("message", run.message).text(tag, run.details);
  }
  xml.close("testcase");
  xml.close("testsuite");
}

void write_area(JunitDocument& xml, const Results& results, std::span<const CheckResult> checks) {
  xml.with("name", checks.front().area).with(count(checks, results.strict)).with_time(time_of(checks));
  xml.with("timestamp", junit_timestamp(results.started_at)).open("testsuite");
  xml.open("properties");
  xml.with("name", "target").with("value", results.target_url).empty("property");
  xml.with("name", "eras").with("value", describe_eras(results.eras)).empty("property");
  if (!results.checkset.empty()) { xml.with("name", "checkset").with("value", results.checkset).empty("property"); }
  if (!results.tls_verified) { xml.with("name", "tls_verified").with("value", "false").empty("property"); }
  xml.close("properties");
  for (const CheckResult& check : checks) { write_check(xml, check, results.strict); }
  xml.close("testsuite");
}

}  // namespace

std::string render_junit(const Results& results) {
  JunitCounts total = count(results.checks, results.strict);
  const std::optional<Run> run = run_of(results, total);
  if (run) { count(total, run->outcome); }
  JunitDocument xml;
  xml.with("name", "weir-conformance " + results.target_name).with(total).with_time(results.duration_ms);
  xml.open("testsuites");
  if (run) { write_run(xml, results, *run); }
  const std::span<const CheckResult> all = results.checks;
  for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
    while (to < all.size() && all[to].area == all[from].area) { ++to; }
    write_area(xml, results, all.subspan(from, to - from));
  }
  xml.close("testsuites");
  return xml.take();
}

}  // namespace weir::reports
