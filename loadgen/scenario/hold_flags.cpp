#include "loadgen/scenario/hold_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "loadgen/limits.hpp"
#include "loadgen/scenario/addresses.hpp"
#include "loadgen/scenario/duration.hpp"
#include "loadgen/scenario/scenario_check.hpp"
#include "reports/judge/threshold.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/nearest.hpp"
#include "wire/http/url.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {
namespace {

constexpr std::int64_t kStreamsPerRampSecond = 1000;

tl::unexpected<wire::Error> bad(std::string_view flag, std::string_view what) {
  return wire::fail(wire::ErrorCode::bad_input, fmt::format("{}: {}", flag, what));
}

tl::unexpected<wire::Error> bad(std::string_view flag, const wire::Error& error) { return bad(flag, error.detail); }

wire::Result<StreamKind> kind_of(std::string_view era) {
  if (era.empty()) { return StreamKind::automatic; }
  const auto parsed = wire::mcp::parse_era(era);
  if (!parsed) {
    constexpr std::array<std::string_view, 4> kEras = {"none", "http-sse", "streamable", "stateless"};
    return bad("--era", fmt::format("must be one of {}, is '{}'{}", fmt::join(kEras, ", "),
                                    wire::excerpt(std::string_view(era), 60), wire::did_you_mean(era, kEras)));
  }
  switch (*parsed) {
    case wire::mcp::Era::none:
      return StreamKind::plain_get;
    case wire::mcp::Era::http_sse:
      return StreamKind::http_sse_get;
    case wire::mcp::Era::streamable:
      return StreamKind::streamable_get;
    case wire::mcp::Era::stateless:
      return StreamKind::listen;
  }
  return StreamKind::automatic;
}

wire::Result<std::vector<CallPlan>> calls_of(const HoldFlags& flags) {
  std::vector<CallPlan> out;
  if (flags.calls.size() > limits::kTools) {
    return bad("--call", fmt::format("there are more than {}", std::size_t{limits::kTools}));
  }
  if (flags.args.size() > flags.calls.size()) {
    return bad("--args", "belongs to a --call before it; there are too many");
  }
  for (std::size_t i = 0; i < flags.calls.size(); ++i) {
    const std::string& text = flags.calls[i];
    CallPlan& call = out.emplace_back();
    const std::size_t equals = text.rfind('=');
    call.tool = text.substr(0, equals);
    if (call.tool.empty()) {
      return bad("--call", fmt::format("'{}' names no tool: write TOOL=RATE", wire::excerpt(text, 60)));
    }
    if (equals != std::string::npos) {
      const auto rate = parse_rate(std::string_view(text).substr(equals + 1));
      if (!rate) { return bad("--call", rate.error()); }
      if (*rate > limits::kRateMost) { return bad("--call", fmt::format("is at most {:.0f}/s", limits::kRateMost)); }
      call.per_second = *rate;
    }
    if (i < flags.args.size()) {
      auto arguments = wire::parse_json(flags.args[i]);
      if (!arguments) { return bad("--args", arguments.error()); }
      if (!arguments->value.is_object()) {
        return bad("--args", fmt::format("'{}' must be a JSON object such as {{\"message\": \"hi\"}}",
                                         wire::excerpt(std::string_view(flags.args[i]), 60)));
      }
      call.arguments = std::move(arguments->value.get_object());
      if (const std::string problem = arguments_problem(call.arguments); !problem.empty()) {
        return bad("--args", problem);
      }
    }
    if (flags.call_timeout.empty()) { continue; }
    const auto timeout = parse_duration(flags.call_timeout);
    if (!timeout) { return bad("--call-timeout", timeout.error()); }
    if (*timeout < kMillisecond) { return bad("--call-timeout", "must be at least 1ms"); }
    call.timeout = *timeout;
  }
  return out;
}

wire::Result<std::vector<Phase>> phases_of(const HoldFlags& flags) {
  if (flags.streams < 1 || flags.streams > static_cast<std::int64_t>(limits::kStreams)) {
    return bad("--streams", fmt::format("must be from 1 to {}, is {}", std::size_t{limits::kStreams}, flags.streams));
  }
  Phase ramp;
  ramp.kind = Phase::Kind::ramp;
  ramp.streams = flags.streams;
  ramp.duration = std::max<Nanos>(kSecond, flags.streams * (kSecond / kStreamsPerRampSecond));
  if (!flags.over.empty()) {
    const auto over = parse_duration(flags.over);
    if (!over) { return bad("--over", over.error()); }
    ramp.duration = *over;
  }
  Phase hold;
  const auto length = parse_duration(flags.hold_for);
  if (!length) { return bad("--for", length.error()); }
  if (*length < kMillisecond) { return bad("--for", "must be at least 1ms"); }
  hold.duration = *length;
  std::vector<Phase> phases = {ramp, hold};
  name_phases(phases);
  return phases;
}

wire::Result<std::optional<wire::JsonPointer>> pointer_of(std::string_view flag, const std::string& text,
                                                          std::string_view or_what) {
  if (text.empty()) { return std::nullopt; }
  auto pointer = wire::JsonPointer::parse(text);
  if (pointer) { return pointer; }
  return bad(flag,
             fmt::format("'{}' must be a JSON pointer such as /params/data/seq{}", wire::excerpt(text, 60), or_what));
}

wire::Result<Population> population_of(const HoldFlags& flags) {
  Population population;
  const auto kind = kind_of(flags.era);
  if (!kind) { return tl::unexpected(kind.error()); }
  population.stream = *kind;
  if (flags.sessions) {
    if (*kind != StreamKind::automatic && *kind != StreamKind::streamable_get) {
      return bad("--sessions", fmt::format("there are none in '--era {}': leave one of them out", flags.era));
    }
    population.stream = StreamKind::session;
    if (flags.calls.empty()) { return bad("--sessions", "only calls tell what became of them: add --call TOOL=RATE"); }
  }
  population.revision = flags.revision;
  if (!flags.revision.empty() && !wire::mcp::is_known_revision(flags.revision)) {
    return bad("--revision", fmt::format("must be one of {}, is '{}'", fmt::join(wire::mcp::kRevisions, ", "),
                                         wire::excerpt(std::string_view(flags.revision), 60)));
  }
  auto calls = calls_of(flags);
  if (!calls) { return tl::unexpected(calls.error()); }
  population.calls = std::move(*calls);
  population.sequence_of_ids = flags.sequence == kEventIds;
  auto sequence =
      pointer_of("--sequence", population.sequence_of_ids ? std::string() : flags.sequence, ", or event-id");
  if (!sequence) { return tl::unexpected(sequence.error()); }
  auto sent_at = pointer_of("--sent-at", flags.sent_at, "");
  if (!sent_at) { return tl::unexpected(sent_at.error()); }
  population.sequence = std::move(*sequence);
  population.sent_at = std::move(*sent_at);
  if (population.stream == StreamKind::plain_get && !population.calls.empty()) {
    return bad("--call", "makes MCP calls and '--era none' speaks no MCP: leave one of them out");
  }
  if (const std::string problem = population_problem(population); !problem.empty()) {
    return bad("--revision", problem);
  }
  return population;
}

wire::Result<void> take_addresses(const HoldFlags& flags, Scenario& scenario) {
  for (const std::string& text : flags.sources) {
    auto more = expand_sources(text);
    if (!more) { return bad("--source", more.error()); }
    std::move(more->begin(), more->end(), std::back_inserter(scenario.sources));
    if (scenario.sources.size() > limits::kSources) {
      return bad("--source", fmt::format("there are more than {} addresses", std::size_t{limits::kSources}));
    }
  }
  for (const std::string& text : flags.resolve) {
    if (const auto good = check_resolve(text); !good) { return bad("--resolve", good.error()); }
  }
  scenario.resolve = flags.resolve;
  return {};
}

}  // namespace

wire::Result<Scenario> scenario_of(const HoldFlags& flags) {
  Scenario scenario;
  scenario.name = "hold";
  scenario.target = flags.target;
  if (!flags.url.empty()) { scenario.target.url = flags.url; }
  const auto url = wire::parse_url(scenario.target.url);
  if (!url) { return tl::unexpected(url.error()); }
  for (std::string& secret : wire::credentials_in_url(scenario.target.url)) {
    scenario.target.secrets.push_back(std::move(secret));
  }
  scenario.seed = flags.seed;
  if (flags.workers < 0 || flags.workers > static_cast<std::int64_t>(limits::kWorkers)) {
    return bad("--workers", fmt::format("must be from 0 to {}, is {}", std::size_t{limits::kWorkers}, flags.workers));
  }
  scenario.workers = flags.workers;
  auto population = population_of(flags);
  if (!population) { return tl::unexpected(population.error()); }
  scenario.populations.push_back(std::move(*population));
  auto phases = phases_of(flags);
  if (!phases) { return tl::unexpected(phases.error()); }
  scenario.phases = std::move(*phases);
  if (auto taken = take_addresses(flags, scenario); !taken) { return tl::unexpected(taken.error()); }
  for (const std::string& text : flags.thresholds) {
    auto threshold = reports::load::parse_threshold(text);
    if (!threshold) { return bad("--threshold", threshold.error()); }
    if (const std::string problem = threshold_problem(*threshold, scenario); !problem.empty()) {
      return bad("--threshold", problem);
    }
    scenario.thresholds.push_back(std::move(*threshold));
  }
  return scenario;
}

}  // namespace weir::loadgen
