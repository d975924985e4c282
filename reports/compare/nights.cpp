#include "reports/compare/nights.hpp"

#include <yaml-cpp/yaml.h>

#include <array>
#include <numeric>

#include "reports/compare/identity.hpp"
#include "reports/compare/resampling.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/time.hpp"
#include "wire/json/yaml_reader.hpp"

namespace weir::reports::compare {
namespace {

constexpr std::size_t kAcknowledgedBytes = 1024 * 1024;

/// Short, and another one for another scenario: FNV-1a.
std::string fingerprint(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3; }
  return fmt::format("{:08x}", hash >> 32);
}

double sum(const std::vector<PartOfBlock>& blocks, double (*of)(const PartOfBlock&)) {
  return std::accumulate(blocks.begin(), blocks.end(), 0.0,
                         [&](double so_far, const PartOfBlock& block) { return so_far + of(block); });
}

/// Where there is no sample there is no value: the night has a gap in this series.
void append_values(const RecordedPhase& phase, const load::Layout& layout, std::vector<NightValue>& out) {
  const Part all;
  std::vector<PartOfBlock> blocks;
  for (const Block& block : phase.blocks) { blocks.push_back({&block, &all, scope_of(block.span, layout, "", "")}); }
  append_counted(phase.info.name, blocks, out);
  for (const TimedRow& row : timed_rows()) {
    std::vector<load::Histogram> histograms;
    for (const PartOfBlock& block : blocks) { histograms.push_back(row.of(block.scope)); }
    const BlockQuantiles quantiles(histograms);
    append_timed(
        phase.info.name, row, quantiles.samples(),
        [&](double quantile) { return quantiles.quantile(quantile) / wire::kSecond; }, out);
  }
}

}  // namespace

void append_counted(const std::string& phase, const std::vector<PartOfBlock>& blocks, std::vector<NightValue>& out) {
  for (const CountedRow& row : counted_rows()) {
    const double over = sum(blocks, row.over);
    if (over <= 0) { continue; }
    const bool is_bad = row.kind == CountedRow::Kind::bad;
    out.push_back({phase, std::string(row.name), row.unit, sum(blocks, row.count) / over * row.scale, is_bad,
                   row.unit == load::Unit::ratio ? 0.001
                   : is_bad                      ? 1.0
                                                 : 0.0});
  }
}

void append_timed(const std::string& phase, const TimedRow& row, double samples,
                  const std::function<double(double quantile)>& seconds_at, std::vector<NightValue>& out) {
  using Named = std::pair<double, std::string_view>;
  for (const auto& [q, suffix] : {Named{0.5, "p50"}, Named{0.99, "p99"}}) {
    if (samples < 10 / (1 - q)) { continue; }
    out.push_back({phase, fmt::format("{}_{}", row.name, suffix), load::Unit::seconds, seconds_at(q), true, 0.001});
  }
}

std::string series_of(const load::RunInfo& run) {
  return fmt::format("load {} {} {}", run.target_name, run.target_url, fingerprint(load_of(run)));
}

std::string why_no_night(bool complete, ExitCode code, std::string_view invalid) {
  if (!complete) { return "its journal has no end: the run was killed"; }
  if (code == ExitCode::interrupted) { return "it was interrupted"; }
  if (!invalid.empty()) { return fmt::format("its generator did not keep up: {}", invalid); }
  return code == ExitCode::unreachable ? "it did not reach its target" : "";
}

Night night_of(std::string file, const Results& gate) {
  Night night{std::move(file), gate.started_at, fmt::format("gate {} {}", gate.target_name, gate.target_url), {}, ""};
  if (gate.checks.empty()) {
    night.left_out = gate.preflight ? gate.preflight->cause + ": " + gate.preflight->message : "it asked nothing";
    return night;
  }
  if (gate.exit_code == ExitCode::interrupted) { night.left_out = "it was interrupted"; }
  const auto failing = std::count_if(gate.checks.begin(), gate.checks.end(),
                                     [&](const CheckResult& one) { return is_failure(one, gate.strict); });
  const auto count = [&](std::string measure, auto n, bool more_is_worse) {
    night.values.push_back({"", std::move(measure), load::Unit::count, static_cast<double>(n), more_is_worse, 1});
  };
  count("checks_failing", failing, true);
  count("checks_passed", gate.summary.pass, false);
  count("checks_warned", gate.summary.warn, true);
  count("checks_untestable", gate.summary.untestable, true);
  night.values.push_back(
      {"", "run_duration", load::Unit::seconds, static_cast<double>(gate.duration_ms) / 1000, true, 1});
  return night;
}

Night night_of(std::string file, const RecordedRun& run) {
  const auto& invalid = run.results.invalid;
  Night night{std::move(file), run.results.run.started_at, series_of(run.results.run), {}, ""};
  night.left_out = why_no_night(run.results.complete, run.results.exit_code, invalid.empty() ? "" : invalid.front());
  for (const RecordedPhase& phase : run.phases) {
    if (phase.info.kind != "search") { append_values(phase, run.results.layout, night.values); }
  }
  return night;
}

tl::expected<std::vector<Acknowledged>, std::string> parse_acknowledged(std::string_view yaml, std::string_view file) {
  using wire::yaml::Reader;
  using Key = wire::yaml::Key<Acknowledged>;
  static constexpr std::array kKeys = {
      Key{"measure", [](Reader& in, std::string_view key, const YAML::Node& at,
                        Acknowledged& to) { to.measure = in.plain_text(key, at); }},
      Key{"phase", [](Reader& in, std::string_view key, const YAML::Node& at,
                      Acknowledged& to) { to.phase = in.plain_text(key, at); }},
      Key{"since", [](Reader& in, std::string_view key, const YAML::Node& at,
                      Acknowledged& to) { to.since = in.plain_text(key, at); }},
      Key{"reason", [](Reader& in, std::string_view key, const YAML::Node& at,
                       Acknowledged& to) { to.reason = in.plain_text(key, at); }},
  };
  const Reader::Lookup nothing = [](const std::string&) { return std::nullopt; };
  Reader reader(file, "a list of acknowledged changes", nothing);
  std::vector<Acknowledged> out;
  reader.read_document(yaml, kAcknowledgedBytes, [&](const YAML::Node& root) {
    reader.each_item("", root, [&](std::string_view key, const YAML::Node& item) {
      Acknowledged one;
      reader.members(key, item, kKeys, one);
      if (one.measure.empty()) { reader.complain(item, "the entry names no measure"); }
      if (!wire::rfc3339_to_unix_ns(one.since + "T00:00:00Z")) {
        reader.complain(item, "since must be a date such as 2030-01-31");
      }
      if (one.reason.empty()) { reader.complain(item, "the entry gives no reason"); }
      out.push_back(std::move(one));
    });
  });
  if (reader.failed()) { return tl::unexpected(reader.error().detail); }
  return out;
}

}  // namespace weir::reports::compare
