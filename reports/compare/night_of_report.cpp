#include <fmt/format.h>

#include <algorithm>

#include "reports/compare/nights.hpp"
#include "wire/base/duration.hpp"
#include "wire/json/json.hpp"

namespace weir::reports::compare {
namespace {

using namespace load;
using wire::find;
using wire::find_pointer;
namespace json = boost::json;

std::string text_at(const json::value& value, std::string_view pointer) {
  const auto text = wire::as_string(find_pointer(value, pointer));
  return text ? std::string(*text) : std::string();
}

double number_in(const json::value* value) {
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

std::uint64_t count_in(const json::value* value) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, wire::as_integer(value).value_or(0)));
}

/// An array of counts by the names of their enumeration; those that a report lacks are 0.
template <class Enum, std::size_t kCount>
void read_counts(const json::value& from, std::string_view member, std::array<std::uint64_t, kCount>& out,
                 std::string_view within = "") {
  const json::value* counts = find(from, member);
  for (std::size_t i = 0; counts != nullptr && i < kCount; ++i) {
    const json::value* count = find(*counts, to_string(static_cast<Enum>(i)));
    if (count != nullptr && !within.empty()) { count = find(*count, within); }
    out[i] = count_in(count);
  }
}

PopulationNumbers population_of(const json::value& from, Layout::Population& plan) {
  PopulationNumbers numbers;
  plan.name = text_at(from, "/name");
  read_counts<Counter>(from, "counters", numbers.counters);
  read_counts<EndReason>(from, "ends", numbers.ends, "count");
  read_counts<OpenFailure>(from, "open_failures", numbers.open_failures);
  const json::array* calls = wire::as_array(find(from, "calls"));
  for (std::size_t i = 0; calls != nullptr && i < calls->size(); ++i) {
    const json::value& call = (*calls)[i];
    plan.tools.push_back(text_at(call, "/tool"));
    ToolNumbers& tool = numbers.tools.emplace_back();
    read_counts<CallOutcome>(call, "outcomes", tool.outcomes);
    read_counts<DropCause>(call, "not_sent", tool.dropped);
    tool.intended = count_in(find(call, "intended"));
  }
  return numbers;
}

/// The distributions of a phase that a row is of: one for each population, or tool.
std::vector<const json::value*> distributions_of(const json::array& populations, const TimedRow& row) {
  constexpr std::string_view kConnect = "connect_";
  std::vector<const json::value*> out;
  const auto add = [&](const json::value* one) {
    if (one != nullptr && one->is_object()) { out.push_back(one); }  // null: it has no sample.
  };
  for (const json::value& population : populations) {
    if (row.of_calls) {
      const json::array* calls = wire::as_array(find(population, "calls"));
      for (std::size_t i = 0; calls != nullptr && i < calls->size(); ++i) { add(find((*calls)[i], "latency")); }
    } else if (row.name.starts_with(kConnect)) {
      add(find_pointer(population, fmt::format("/connect/{}", row.name.substr(kConnect.size()))));
    } else {
      add(find_pointer(population, fmt::format("/times/{}{}", row.name, row.name == "reconnect" ? "_duration" : "")));
    }
  }
  return out;
}

void append_phase(const json::value& phase, std::vector<NightValue>& out) {
  const json::array* populations = wire::as_array(find(phase, "populations"));
  if (populations == nullptr || text_at(phase, "/kind") == "search") { return; }
  Layout layout;
  Block block;
  for (const json::value& one : *populations) {
    block.span.numbers.populations.push_back(population_of(one, layout.populations.emplace_back()));
  }
  const double seconds = number_in(find(phase, "end_seconds")) - number_in(find(phase, "start_seconds"));
  block.span.numbers.span_ns = static_cast<std::int64_t>(std::max(0.0, seconds) * wire::kSecond);
  // How many were open in each second is not told.
  block.open = block.wanted = {0};
  const Part all;
  const std::string name = text_at(phase, "/name");
  append_counted(name, {{&block, &all, scope_of(block.span, layout, "", "")}}, out);
  for (const TimedRow& row : timed_rows()) {
    const auto found = distributions_of(*populations, row);
    if (found.size() != 1) { continue; }  // Quantiles of several come from their samples alone.
    append_timed(
        name, row, number_in(find(*found.front(), "count")),
        [&](double quantile) {
          return number_in(find(*found.front(), quantile < 0.9 ? "p50_seconds" : "p99_seconds"));
        },
        out);
  }
}

}  // namespace

tl::expected<Night, std::string> night_of_load_report(std::string file, std::string_view text) {
  const auto parsed = wire::parse_json(text);
  if (!parsed) { return tl::unexpected(parsed.error().detail); }
  const json::value& report = parsed->value;
  const json::array* phases = wire::as_array(find(report, "phases"));
  if (phases == nullptr || wire::as_integer(find(report, "schema_version")) != kLoadSchemaVersion) {
    return tl::unexpected(fmt::format("it is no report of a load run in schema version {}", kLoadSchemaVersion));
  }
  RunInfo run;
  run.target_name = text_at(report, "/target/name");
  run.target_url = text_at(report, "/target/url");
  run.scenario_text = text_at(report, "/scenario/text");
  Night night{std::move(file), text_at(report, "/started_at"), series_of(run), {}, ""};
  night.summarized = true;
  const json::value* complete = find(report, "complete");
  night.left_out = why_no_night(complete != nullptr && complete->is_bool() && complete->get_bool(),
                                static_cast<ExitCode>(wire::as_integer(find(report, "exit_code")).value_or(4)),
                                text_at(report, "/invalid/0"));
  for (const json::value& phase : *phases) { append_phase(phase, night.values); }
  return night;
}

}  // namespace weir::reports::compare
