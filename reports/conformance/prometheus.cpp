#include "reports/conformance/prometheus.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"
#include "wire/base/time.hpp"

namespace weir::reports {
namespace {

constexpr std::string_view kLastSuccess = "weir_conformance_last_success_timestamp_seconds";

/// A label's value: printable, and the two characters of it that the format asks to escape.
std::string value_of(std::string_view bytes) {
  std::string out;
  for (const char c : wire::printable(bytes)) {
    if (c == '\\' || c == '"') { out += '\\'; }
    out += c;
  }
  return out;
}

using Labels = std::vector<std::pair<std::string_view, std::string>>;

class PrometheusWriter {
 public:
  explicit PrometheusWriter(const Results& results)
      : results_(results), target_("target=\"" + value_of(results.target_name) + '"') {}

  std::string write(std::int64_t last_success_s) && {
    const bool passed = results_.exit_code == ExitCode::good;
    family("weir_conformance_run_info", "The latest run: which Weir asked.");
    sample({{"version", results_.tool_version}}, 1);
    family("weir_conformance_run_passed", "Whether the latest run of the gate passed.");
    sample({}, passed ? 1 : 0);
    family("weir_conformance_run_exit_code",
           "How the latest run ended: 0 good, 1 the target fails, 3 unreachable, 4 inconclusive, 130 interrupted.");
    sample({}, static_cast<std::int64_t>(results_.exit_code));
    family("weir_conformance_run_duration_seconds", "How long the latest run took.");
    sample({}, static_cast<double>(results_.duration_ms) / 1000);
    family("weir_conformance_last_run_timestamp_seconds", "When the latest run ended.");
    sample({}, ended_s());
    family(kLastSuccess, "When the latest run ended that passed; 0 where none is known.");
    sample({}, passed ? std::max(ended_s(), last_success_s) : last_success_s);
    checks();
    eras();
    if (results_.tools_lock) { tools(*results_.tools_lock); }
    return std::move(out_);
  }

  /// How the line of the latest success begins.
  std::string success_line() const { return fmt::format("{}{{{}}} ", kLastSuccess, target_); }

 private:
  std::int64_t ended_s() const {
    const std::int64_t started_ns = wire::rfc3339_to_unix_ns(results_.started_at).value_or(0);
    return started_ns == 0 ? 0 : (started_ns + results_.duration_ms * wire::kMillisecond) / wire::kSecond;
  }

  void family(std::string_view name, std::string_view help) {
    name_ = name;
    out_ += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
  }
  template <class Number>
  void sample(const Labels& labels, Number value) {
    out_ += fmt::format("{}{{{}", name_, target_);
    for (const auto& [label, text] : labels) { out_ += fmt::format(",{}=\"{}\"", label, value_of(text)); }
    out_ += fmt::format("}} {}\n", value);
  }

  void checks() {
    family("weir_conformance_checks", "Checks of the latest run by their verdict.");
    const std::array counts = {results_.summary.pass,           results_.summary.fail,       results_.summary.warn,
                               results_.summary.not_applicable, results_.summary.untestable, results_.summary.error};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sample({{"verdict", std::string(to_string(kVerdicts[i]))}}, counts[i]);
    }
    family("weir_conformance_checks_excused", "Of those that fail or warn, the ones that a baseline excuses.");
    sample({}, results_.summary.excused);
    // A series that stands twice spoils the whole file: of two answers to one question the graver counts.
    std::map<std::array<std::string, 4>, const CheckResult*> once;
    const auto gravity = [](const CheckResult& check) {
      return check.verdict == Verdict::fail ? 2 : check.verdict == Verdict::pass ? 0 : 1;
    };
    for (const CheckResult& check : results_.checks) {
      const CheckResult*& kept = once[{check.id, check.endpoint, check.era, check.revision}];
      if (kept == nullptr || gravity(check) > gravity(*kept)) { kept = &check; }
    }
    if (once.empty()) { return; }
    family("weir_conformance_check_verdict", "The verdict of each check of the latest run, always 1.");
    for (const auto& [key, check] : once) {
      sample({{"check", check->id},
              {"endpoint", check->endpoint},
              {"era", check->era},
              {"revision", check->revision},
              {"level", std::string(to_string(check->level))},
              {"verdict", std::string(to_string(check->verdict))},
              {"excused", check->excused ? "true" : "false"}},
             1);
    }
  }

  void eras() {
    std::map<std::array<std::string, 3>, const EraFound*> once;
    for (const EraFound& era : results_.eras) { once.try_emplace({era.endpoint, era.era, era.revision}, &era); }
    if (once.empty()) { return; }
    family("weir_conformance_era_info", "What the latest run found the target to speak, and as what it named itself.");
    for (const auto& [key, era] : once) {
      sample({{"endpoint", era->endpoint},
              {"era", era->era},
              {"revision", era->revision},
              {"server_name", era->server_name},
              {"server_version", era->server_version}},
             1);
    }
  }

  void tools(const ToolsLock& lock) {
    family("weir_conformance_tools_changes", "Differences of the target's tools to those that are pinned.");
    for (const std::string_view severity : {"breaking", "risky", "additive"}) {
      const auto count = std::count_if(lock.changes.begin(), lock.changes.end(),
                                       [&](const ToolChange& change) { return change.severity == severity; });
      sample({{"severity", std::string(severity)}}, count);
    }
  }

  const Results& results_;
  std::string target_;
  std::string_view name_;
  std::string out_;
};

}  // namespace

std::string render_prometheus(const Results& results, std::int64_t last_success_s) {
  return PrometheusWriter(results).write(last_success_s);
}

std::int64_t last_success_in(std::string_view text, const Results& results) {
  const std::string line = '\n' + PrometheusWriter(results).success_line();
  const std::size_t at = text.find(line);
  if (at == std::string_view::npos) { return 0; }
  text.remove_prefix(at + line.size());
  std::int64_t found = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
  return error == std::errc() && end != text.data() && found > 0 ? found : 0;
}

}  // namespace weir::reports
