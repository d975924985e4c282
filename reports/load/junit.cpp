#include <fmt/format.h>

#include "reports/draw/junit_document.hpp"
#include "reports/load/tables.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

std::int64_t milliseconds(std::int64_t ns) { return ns / 1'000'000; }

/// Whether the run as a whole is more than what its thresholds say: no verdict, or none about the target.
bool run_is_case(const LoadResults& results) {
  for (const ThresholdResult& one : results.thresholds) {
    if (!one.passed && results.exit_code == ExitCode::target_fails) { return false; }
  }
  return results.exit_code != ExitCode::good;
}

std::string details_of(const LoadResults& results) {
  std::string out;
  const auto add = [&](std::string_view text) { out.append(wire::printable(text)).append("\n"); };
  for (const std::string& why : results.invalid) { add(why); }
  for (const std::string& fact : stream_facts(results)) { add(fact); }
  for (const std::string& cut : describe_cuts(results)) { add(cut); }
  if (results.search) { add(describe_search(results)); }
  if (const std::string validity = describe_validity(results); !validity.empty()) { add(validity); }
  for (const std::string& incident : results.incidents) { add(incident); }
  if (!results.run.command.empty()) { add("again: " + results.run.command); }
  return out;
}

void write_properties(JunitDocument& xml, const RunInfo& run) {
  const auto property = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) { xml.with("name", name).with("value", wire::printable(value)).empty("property"); }
  };
  property("target", run.target_url);
  property("run_id", run.run_id);
  property("scenario", run.scenario);
  property("scenario_hash", run.scenario_hash);
  property("seed", fmt::format("{}", run.seed));
  property("shard", run.shard.text());
  property("server_name", run.server.name);
  property("server_version", run.server.version);
  property("server_revision", run.server.revision);
  property("tool_version", run.tool_version);
  property("kernel", run.kernel);
  for (const auto& [name, value] : run.labels) { property("label." + name, value); }
  if (!run.tls_verified) { property("tls_verified", "false"); }
}

void write_threshold(JunitDocument& xml, const LoadResults& results, const ThresholdResult& one) {
  xml.with("classname", "weir.load").with("name", one.threshold.text).with_time(milliseconds(results.duration_ns));
  xml.open("testcase");
  if (one.passed) {
    xml.text("system-out", wire::printable(one.message));
  } else {
    xml.with("message", wire::printable(one.message)).with("type", "threshold").text("failure", details_of(results));
  }
  xml.close("testcase");
}

void write_run(JunitDocument& xml, const LoadResults& results) {
  xml.with("classname", "weir.load").with("name", "run").with_time(milliseconds(results.duration_ns));
  xml.open("testcase");
  const bool target = results.exit_code == ExitCode::target_fails;
  xml.with("message", wire::printable(results.exit_reason)).text(target ? "failure" : "error", details_of(results));
  xml.close("testcase");
}

}  // namespace

std::string junit_report(const LoadResults& results) {
  const bool run_case = run_is_case(results);
  const bool target = results.exit_code == ExitCode::target_fails;
  JunitCounts counts;
  for (const ThresholdResult& one : results.thresholds) {
    ++counts.tests;
    counts.failures += one.passed ? 0 : 1;
  }
  counts.tests += run_case ? 1 : 0;
  counts.failures += run_case && target ? 1 : 0;
  counts.errors += run_case && !target ? 1 : 0;

  const std::int64_t duration_ms = milliseconds(results.duration_ns);
  JunitDocument xml;
  xml.with("name", "weir-loadgen " + results.run.target_name).with(counts).with_time(duration_ms);
  xml.open("testsuites");
  xml.with("name", "load").with(counts).with_time(duration_ms);
  xml.with("timestamp", junit_timestamp(results.run.started_at)).open("testsuite");
  xml.open("properties");
  write_properties(xml, results.run);
  xml.close("properties");
  if (run_case) { write_run(xml, results); }
  for (const ThresholdResult& one : results.thresholds) { write_threshold(xml, results, one); }
  xml.close("testsuite");
  xml.close("testsuites");
  return xml.take();
}

}  // namespace weir::reports::load
