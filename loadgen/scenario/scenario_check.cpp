#include "loadgen/scenario/scenario_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "loadgen/limits.hpp"
#include "loadgen/scenario/plain_request.hpp"
#include "loadgen/scenario/search.hpp"
#include "loadgen/scenario/template.hpp"
#include "wire/base/nearest.hpp"

namespace weir::loadgen {
namespace {

using wire::mcp::k2024_11_05;
using wire::mcp::k2026_07_28;

/// Whether streams of this kind are what the revision defines.
bool fits(StreamKind kind, std::string_view revision) {
  switch (kind) {
    case StreamKind::automatic:
      return true;
    case StreamKind::plain_get:
    case StreamKind::none:
      return false;
    case StreamKind::http_sse_get:
      return revision == k2024_11_05;
    case StreamKind::streamable_get:
    case StreamKind::streamable_post:
    case StreamKind::session:
      return revision > k2024_11_05 && revision < k2026_07_28;
    case StreamKind::listen:
      return revision >= k2026_07_28;
  }
  return true;
}

std::string unknown(std::string_view what, std::string_view name, const std::vector<std::string>& there_are) {
  const std::string hint = wire::did_you_mean(name, there_are);
  return fmt::format("there is no {} '{}'{}", what, name,
                     hint.empty() ? fmt::format(" (there are {})", fmt::join(there_are, ", ")) : hint);
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string search_problem(const Phase& phase) {
  if (phase.most < phase.streams) {
    return fmt::format("'most' ({}) is below 'from' ({}): swap them", phase.most, phase.streams);
  }
  return "";
}

}  // namespace

std::string arguments_problem(const wire::json::object& arguments) {
  const auto compiled = Template::compile(arguments);
  return compiled ? "" : compiled.error().detail;
}

std::string http_problem(const HttpCall& call) {
  if (!call.path.starts_with('/')) { return "'path' must begin with '/': it is on the origin of the population's URL"; }
  if (call.json && !call.body.empty()) { return "'json' and 'body' are both the body: leave one of them out"; }
  const auto made = PlainRequest::make(call, wire::Url{.scheme = "http", .host = "localhost", .port = 80}, {});
  return made ? "" : made.error().detail;
}

std::string population_problem(const Population& population) {
  const StreamKind kind = population.stream;
  const bool mcp_calls = std::any_of(population.calls.begin(), population.calls.end(),
                                     [](const CallPlan& call) { return !call.http.has_value(); });
  if ((kind == StreamKind::plain_get || kind == StreamKind::none) && mcp_calls) {
    return fmt::format(
        "'calls' of a 'tool' are MCP calls and 'stream: {}' speaks no MCP: leave one of them out, or "
        "call with 'http'",
        to_string(kind));
  }
  if (kind == StreamKind::none && population.calls.empty()) {
    return "'stream: none' without 'calls' does nothing: give it calls with 'http'";
  }
  if (kind == StreamKind::session && !mcp_calls) {
    return "'stream: session' without 'calls' of a 'tool' would notice nothing: only calls tell what became of a "
           "session";
  }
  if (kind == StreamKind::streamable_post && population.stream_call.tool.empty()) {
    return "'stream: streamable-post' needs a 'stream_call', the call that is answered by a long stream";
  }
  if (kind != StreamKind::streamable_post && !population.stream_call.tool.empty()) {
    return fmt::format("'stream_call' needs 'stream: streamable-post', it is '{}'", to_string(kind));
  }
  if (kind != StreamKind::listen && kind != StreamKind::automatic && !population.listen_to.empty()) {
    return fmt::format("'listen_to' needs 'stream: listen', it is '{}'", to_string(kind));
  }
  if (!population.revision.empty() && !fits(kind, population.revision)) {
    return fmt::format("revision {} has no '{}' streams: leave 'revision' or 'stream' out", population.revision,
                       to_string(kind));
  }
  if (population.reconnect.cap < population.reconnect.base) {
    return "'reconnect.cap' is below 'reconnect.base': the longest wait cannot be shorter than the first";
  }
  return "";
}

void name_phases(std::vector<Phase>& phases) {
  std::set<std::string> taken;
  for (const Phase& phase : phases) { taken.insert(phase.name); }
  for (Phase& phase : phases) {
    if (!phase.name.empty()) { continue; }
    const std::string kind(to_string(phase.kind));
    phase.name = kind;
    for (int next = 2; !taken.insert(phase.name).second; ++next) { phase.name = fmt::format("{} {}", kind, next); }
  }
}

std::optional<PhaseProblem> phases_problem(const std::vector<Phase>& phases, bool holds_streams) {
  std::set<std::string_view> names;
  std::size_t count = 0;
  const Phase* search = nullptr;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const Phase& phase = phases[i];
    if (!names.insert(phase.name).second) {
      return PhaseProblem{i, fmt::format("the name '{}' stands twice: give each phase its own", phase.name)};
    }
    const bool opens =
        phase.kind == Phase::Kind::ramp || phase.kind == Phase::Kind::spike || phase.kind == Phase::Kind::search;
    if (i == 0 && !opens && holds_streams) {
      return PhaseProblem{i, fmt::format("no stream is open yet for '{}': begin with a ramp, such as "
                                         "{{ramp: {{to: 100, over: 10s}}}}",
                                         to_string(phase.kind))};
    }
    if (phase.kind == Phase::Kind::search) {
      if (search != nullptr) { return PhaseProblem{i, "a scenario has one search: make two scenarios"}; }
      if (std::string problem = search_problem(phase); !problem.empty()) { return PhaseProblem{i, std::move(problem)}; }
      search = &phase;
    }
    count += search == &phase ? static_cast<std::size_t>(search_steps(phase)) : 1;
    if (count > limits::kPhases) {
      return PhaseProblem{i, fmt::format("there are more than {} phases, steps of the search included: make 'step' "
                                         "larger",
                                         std::size_t{limits::kPhases})};
    }
  }
  for (std::size_t i = 0; search != nullptr && i < phases.size(); ++i) {
    if (is_step_name(*search, phases[i].name)) {
      return PhaseProblem{i, fmt::format("'{}' is the name of a step of the search: choose another", phases[i].name)};
    }
  }
  return std::nullopt;
}

std::string threshold_problem(const reports::load::Threshold& threshold, const Scenario& scenario) {
  std::vector<std::string> phases, populations, tools;
  bool step = false;
  for (const Phase& phase : scenario.phases) {
    phases.push_back(phase.name);
    step = step || (phase.kind == Phase::Kind::search && is_step_name(phase, threshold.phase));
  }
  for (const Population& population : scenario.populations) {
    populations.push_back(population.name);
    if (!threshold.population.empty() && population.name != threshold.population) { continue; }
    for (const CallPlan& call : population.calls) { tools.push_back(call.tool); }
  }
  if (!threshold.phase.empty() && !step && !has(phases, threshold.phase)) {
    return unknown("phase", threshold.phase, phases);
  }
  if (!threshold.population.empty() && !has(populations, threshold.population)) {
    return unknown("population", threshold.population, populations);
  }
  if (!threshold.tool.empty() && !has(tools, threshold.tool)) {
    return tools.empty() ? fmt::format("nothing calls '{}': there are no 'calls'", threshold.tool)
                         : unknown("tool", threshold.tool, tools);
  }
  return "";
}

}  // namespace weir::loadgen
