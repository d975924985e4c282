#include <algorithm>
#include <cmath>

#include "loadgen/probe_idle/probe_idle.hpp"
#include "reports/judge/exit_code.hpp"
#include "wire/base/text.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {
namespace {

using reports::ExitCode;
namespace bj = boost::json;

/// "59", "0.35", "75.1": as many decimals as the resolution has, at most three.
std::string number(double value, double resolution_s) {
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(resolution_s) - 1e-9)), 0, 3);
  return fmt::format("{:.{}f}", value, decimals);
}

/// Three significant digits, for what is measured rather than bracketed.
std::string span(double value_s) { return fmt::format("{:.3g} s", value_s); }

std::string bracket_text(const Bracket& cut, double resolution_s) {
  return fmt::format("{} s alive, {} s dead", number(cut.alive_s, resolution_s), number(cut.dead_s, resolution_s));
}

std::string matches(const std::vector<KnownHop>& hops, double scale) {
  if (hops.empty()) { return ""; }
  return fmt::format("matches {}{}", describe(hops), scale == 1 ? "" : fmt::format(" (scaled by {:g})", scale));
}

bool is_idle(StreamOutcome outcome) {
  return outcome == StreamOutcome::idle_cut || outcome == StreamOutcome::idle_or_age_cut;
}

bool below_budget(const ProbeIdleReport& report) {
  const auto& cut = report.stream.cut;
  return report.budget_s && cut && cut->dead_s <= *report.budget_s;
}

bool heartbeat_too_late(const ProbeIdleReport& report) {
  return report.heartbeat && report.stream.cut && report.heartbeat->largest_gap_s >= report.stream.cut->alive_s;
}

/// Comments and pings are there to be relied on; notifications that no longer come may have nothing to tell.
bool has_gone_silent(const ProbeIdleReport& report) {
  constexpr double kPeriods = 4;
  const auto& beat = report.heartbeat;
  return beat && beat->ceased && beat->kind != BeatKind::notification &&
         beat->largest_gap_s > kPeriods * beat->period_s;
}

/// Most of the silent streams only look open.
bool forgotten(const StreamFinding& stream) {
  return stream.outcome == StreamOutcome::alive && stream.deaf * 2 > stream.opened - stream.busy;
}

ExitCode judge_streams_alive(const ProbeIdleReport& report) {
  if (forgotten(report.stream) || has_gone_silent(report)) { return ExitCode::target_fails; }
  if (report.stream.unproven) { return ExitCode::inconclusive; }
  // With heartbeats no stream is as silent as the budget allows; without them it has to be waited for.
  const bool beats = report.heartbeat && !report.heartbeat->ceased;
  const bool tried = !report.budget_s || beats || report.stream.survived_s >= *report.budget_s;
  return tried ? ExitCode::good : ExitCode::inconclusive;
}

/// Streams were cut that nothing but silence happened to: a budget may say that this is known, nothing else excuses it.
ExitCode judge_idle_cut(const ProbeIdleReport& report) {
  const bool known = report.budget_s && !below_budget(report) && !heartbeat_too_late(report);
  return known ? ExitCode::good : ExitCode::target_fails;
}

ExitCode judge(const ProbeIdleReport& report) {
  if (report.unreachable) { return ExitCode::unreachable; }
  if (report.interrupted) { return ExitCode::interrupted; }
  switch (report.stream.outcome) {
    case StreamOutcome::idle_cut:
    case StreamOutcome::idle_or_age_cut:
      return judge_idle_cut(report);
    case StreamOutcome::age_cut:
    case StreamOutcome::at_once:
      return ExitCode::target_fails;
    case StreamOutcome::server_closes:
      return ExitCode::good;
    case StreamOutcome::alive:
      return judge_streams_alive(report);
    case StreamOutcome::simultaneous:
    case StreamOutcome::irregular:
      return ExitCode::inconclusive;
    case StreamOutcome::not_offered:
      break;
  }
  const auto kept = report.keep_alive.outcome;
  return kept == KeepAliveOutcome::cut || kept == KeepAliveOutcome::alive ? ExitCode::good : ExitCode::inconclusive;
}

std::string ends_text(const std::map<std::string, int>& ends) {
  std::string text;
  for (const auto& [name, count] : ends) { text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name); }
  return text;
}

std::string cut_text(const ProbeIdleReport& report, std::string_view by) {
  const StreamFinding& stream = report.stream;
  return fmt::format("{}: cut by {} ({} of {} streams, {})", bracket_text(*stream.cut, report.resolution_s), by,
                     stream.confirmed_by, stream.opened, stream.end);
}

std::string stream_text(const ProbeIdleReport& report) {
  const StreamFinding& stream = report.stream;
  switch (stream.outcome) {
    case StreamOutcome::not_offered:
      return "none to hold: " + stream.why_not;
    case StreamOutcome::alive:
      return fmt::format(">= {}: no cut seen within the time given ({} streams, the oldest {}{})",
                         span(stream.survived_s), stream.opened, span(stream.oldest_s),
                         stream.ends.size() > 1 ? "; " + ends_text(stream.ends) : "");
    case StreamOutcome::idle_cut:
      return cut_text(report, "silence");
    case StreamOutcome::age_cut:
      return cut_text(report, "age, whatever is sent");
    case StreamOutcome::idle_or_age_cut:
      return cut_text(report, "silence or age, which nothing that was sent could tell apart");
    case StreamOutcome::server_closes:
      return fmt::format("the server ends them itself, between {} and {} s ({} of {} streams, clean{}): no idle cut",
                         number(stream.cut->alive_s, report.resolution_s),
                         number(stream.cut->dead_s, report.resolution_s), stream.confirmed_by, stream.opened,
                         stream.retry_ms ? fmt::format(", retry {} ms", *stream.retry_ms) : "");
    case StreamOutcome::at_once:
      return fmt::format("every stream ended as soon as it was open ({})", ends_text(stream.ends));
    case StreamOutcome::simultaneous:
      return fmt::format("all ended at one moment ({}): a restart or a deploy, no cut-off", ends_text(stream.ends));
    case StreamOutcome::irregular:
      return fmt::format("they ended with no time in common ({})", ends_text(stream.ends));
  }
  return "";
}

/// What a margin rests on where no stream was seen to be cut.
std::string supposing(const ProbeIdleReport& report) {
  if (const auto silence_s = report.default_silence_s()) {
    return fmt::format(" if the edge cuts silent streams after its default of {}", span(*silence_s));
  }
  return " if streams are cut as idle connections are";
}

std::string heartbeat_text(const ProbeIdleReport& report) {
  if (!report.heartbeat) { return "none seen"; }
  const Heartbeat& beat = *report.heartbeat;
  std::string text = fmt::format("every {} ({}, jitter {}, largest gap {})", span(beat.period_s), to_string(beat.kind),
                                 span(beat.jitter_s), span(beat.largest_gap_s));
  if (const auto margin = report.margin_s()) {
    text += fmt::format("; {}, margin {} s{}", *margin > 0 ? "keeps streams open" : "too late",
                        number(*margin, report.resolution_s), report.stream.cut ? "" : supposing(report));
  }
  return text;
}

std::string keep_alive_text(const ProbeIdleReport& report) {
  const KeepAliveFinding& kept = report.keep_alive;
  switch (kept.outcome) {
    case KeepAliveOutcome::not_offered:
      return kept.request.empty() ? "not offered: every connection is closed after a response" : "not tried";
    case KeepAliveOutcome::alive:
      return kept.survived_s > 0 ? fmt::format(">= {}: not cut within the time given ({}, {} connections)",
                                               span(kept.survived_s), kept.request, kept.opened)
                                 : fmt::format("not cut while it was watched ({})", kept.request);
    case KeepAliveOutcome::cut:
      if (report.stream.outcome == StreamOutcome::simultaneous) {
        return fmt::format("not known: closed while the streams ended, or before ({})", kept.request);
      }
      return fmt::format("{} ({}, {} of {} connections, {})", bracket_text(*kept.cut, report.resolution_s),
                         kept.request, kept.confirmed_by, kept.opened, kept.end);
    case KeepAliveOutcome::unclear:
      return fmt::format("closed with no time in common ({})", kept.request);
  }
  return "";
}

std::string idle_verdict(const ProbeIdleReport& report) {
  const std::string cut =
      fmt::format("a stream that is silent for {} s is cut", number(report.stream.cut->dead_s, report.resolution_s));
  if (below_budget(report)) { return fmt::format("{}, below the idle budget of {}", cut, span(*report.budget_s)); }
  if (heartbeat_too_late(report)) {
    return fmt::format("{}, and the heartbeat may take {}", cut, span(report.heartbeat->largest_gap_s));
  }
  if (report.budget_s) { return fmt::format("{}; the idle budget of {} is kept", cut, span(*report.budget_s)); }
  if (report.heartbeat) {
    return fmt::format("{}; the heartbeat every {} does not come on every stream", cut,
                       span(report.heartbeat->period_s));
  }
  return cut + ", and the server sends no heartbeat in that time";
}

/// To a tenth of a millisecond; whole numbers without an exponent, which is how Boost.JSON writes a double.
bj::value number_or_null(std::optional<double> value) {
  if (!value) { return nullptr; }
  const double rounded = std::round(*value * 1e4) / 1e4;
  return rounded == std::trunc(rounded) ? bj::value(static_cast<std::int64_t>(rounded)) : bj::value(rounded);
}

bj::value bracket_json(const std::optional<Bracket>& cut) {
  if (!cut) { return nullptr; }
  return {{"alive_s", number_or_null(cut->alive_s)}, {"dead_s", number_or_null(cut->dead_s)}};
}

bj::array hops_json(const std::vector<KnownHop>& hops) {
  bj::array out;
  for (const KnownHop& hop : hops) {
    out.push_back({{"seconds", number_or_null(hop.seconds)}, {"counts", to_string(hop.counts)}, {"name", hop.name}});
  }
  return out;
}

bj::object stream_json(const StreamFinding& stream) {
  bj::object ends;
  for (const auto& [name, count] : stream.ends) { ends[name] = count; }
  return {{"outcome", to_string(stream.outcome)},
          {"cut", bracket_json(stream.cut)},
          {"survived_s", number_or_null(stream.survived_s)},
          {"oldest_s", number_or_null(stream.oldest_s)},
          {"opened", stream.opened},
          {"busy", stream.busy},
          {"confirmed_by", stream.confirmed_by},
          {"outlived_by", stream.outlived_by},
          {"deaf", stream.deaf},
          {"unproven", stream.unproven},
          {"ends", std::move(ends)},
          {"end", stream.end},
          {"retry_ms", stream.retry_ms ? bj::value(*stream.retry_ms) : bj::value(nullptr)},
          {"matches", hops_json(stream.hops)},
          {"why_not", stream.why_not}};
}

bj::object keep_alive_json(const KeepAliveFinding& kept) {
  return {{"outcome", to_string(kept.outcome)},
          {"cut", bracket_json(kept.cut)},
          {"survived_s", number_or_null(kept.survived_s)},
          {"opened", kept.opened},
          {"confirmed_by", kept.confirmed_by},
          {"request", kept.request},
          {"end", kept.end},
          {"matches", hops_json(kept.hops)}};
}

bj::value heartbeat_json(const std::optional<Heartbeat>& heartbeat) {
  if (!heartbeat) { return nullptr; }
  return {{"kind", to_string(heartbeat->kind)},
          {"period_s", number_or_null(heartbeat->period_s)},
          {"jitter_s", number_or_null(heartbeat->jitter_s)},
          {"largest_gap_s", number_or_null(heartbeat->largest_gap_s)},
          {"ceased", heartbeat->ceased},
          {"gaps", heartbeat->gaps}};
}

}  // namespace

std::optional<double> ProbeIdleReport::default_silence_s() const {
  std::optional<double> least;
  for (const KnownHop& hop : keep_alive.hops) {
    if (hop.silence_seconds > 0 && (!least || hop.silence_seconds * scale < *least)) {
      least = hop.silence_seconds * scale;
    }
  }
  return least;
}

std::optional<double> ProbeIdleReport::margin_s() const {
  if (!heartbeat) { return std::nullopt; }
  if (stream.cut && is_idle(stream.outcome)) { return stream.cut->middle_s() - heartbeat->largest_gap_s; }
  // Where streams have lived through a longer silence, the timer of connections is not theirs.
  const bool may_hold =
      stream.outcome == StreamOutcome::alive && keep_alive.cut && keep_alive.cut->alive_s > stream.survived_s;
  if (!may_hold) { return std::nullopt; }
  return default_silence_s().value_or(keep_alive.cut->middle_s()) - heartbeat->largest_gap_s;
}

int exit_code(const ProbeIdleReport& report) { return static_cast<int>(judge(report)); }

std::string verdict(const ProbeIdleReport& report) {
  if (report.unreachable) { return report.unreachable->detail; }
  if (report.interrupted) { return "interrupted before the cut-off was known"; }
  switch (report.stream.outcome) {
    case StreamOutcome::idle_cut:
    case StreamOutcome::idle_or_age_cut:
      return idle_verdict(report);
    case StreamOutcome::age_cut:
      return fmt::format("no stream becomes older than {} s: a heartbeat does not help",
                         number(report.stream.cut->dead_s, report.resolution_s));
    case StreamOutcome::alive:
      if (forgotten(report.stream)) {
        return fmt::format("streams that were silent for {} look open, and bring nothing any more",
                           span(report.stream.survived_s));
      }
      if (has_gone_silent(report)) {
        return fmt::format("no stream was cut, but the heartbeat every {} has ceased: silent for {}",
                           span(report.heartbeat->period_s), span(report.heartbeat->largest_gap_s));
      }
      if (report.stream.unproven) {
        return fmt::format(
            "idle connections are dropped without a word; streams lived through {} of silence, and may "
            "only look open beyond it",
            span(report.stream.survived_s));
      }
      if (judge(report) == ExitCode::inconclusive) {
        return fmt::format("no cut was seen, but the idle budget of {} was not waited for", span(*report.budget_s));
      }
      if (report.heartbeat && report.heartbeat->ceased) {
        return fmt::format("no stream was cut by {} of silence; the heartbeat every {} has ceased",
                           span(report.heartbeat->largest_gap_s), span(report.heartbeat->period_s));
      }
      return report.heartbeat
                 ? fmt::format("no stream was cut; the heartbeat every {} never leaves one silent for longer",
                               span(report.heartbeat->period_s))
                 : fmt::format("no stream was cut by {} of silence", span(report.stream.survived_s));
    case StreamOutcome::not_offered:
      return judge(report) == ExitCode::good ? "there is no stream to hold; see what is said of kept-alive connections"
                                             : "there is no stream to hold, and no connection is kept alive";
    case StreamOutcome::server_closes:
      return "the server ends its streams in good order; no idle cut was seen";
    case StreamOutcome::at_once:
      return "no stream can be held: each ended as soon as it was open";
    case StreamOutcome::simultaneous:
      return "the streams ended all at one moment, as at a restart or a deploy, which is no cut-off; try again";
    case StreamOutcome::irregular:
      return "the streams ended, but by no cut-off that could be told; try again";
  }
  return "";
}

std::string console(const ProbeIdleReport& report) {
  std::string text = fmt::format("probe-idle  {} ({}{})\n", report.target,
                                 report.unreachable ? "" : fmt::format("{}, ", wire::mcp::to_string(report.era)),
                                 span(report.duration_s));
  const auto line = [&](std::string_view label, const std::string& what) {
    if (!what.empty()) { text += fmt::format("{:<11} {}\n", label, what); }
  };
  if (!report.unreachable) {
    line("streams", stream_text(report));
    line("", matches(report.stream.hops, report.scale));
    line("heartbeat", heartbeat_text(report));
    line("keep-alive", keep_alive_text(report));
    line("", matches(report.keep_alive.hops, report.scale));
  }
  if (report.stream.outlived_by > 0) {
    line("note", fmt::format("{} streams lived through a longer silence: there may be several ways to the endpoint",
                             report.stream.outlived_by));
  }
  for (const std::string& note : report.notes) { line("note", note); }
  line("verdict", fmt::format("{} (exit {})", verdict(report), exit_code(report)));
  return text;
}

std::string json(const ProbeIdleReport& report) {
  bj::array notes;
  for (const std::string& note : report.notes) { notes.emplace_back(wire::valid_utf8(note)); }
  const bj::object out = {
      {"schema_version", kProbeIdleSchemaVersion},
      {"kind", "probe-idle"},
      {"target", report.target},
      {"era", wire::mcp::to_string(report.era)},
      {"exit_code", exit_code(report)},
      {"verdict", verdict(report)},
      {"scale", number_or_null(report.scale)},
      {"resolution_s", number_or_null(report.resolution_s)},
      {"longest_s", number_or_null(report.longest_s)},
      {"duration_s", number_or_null(report.duration_s)},
      {"budget_s", number_or_null(report.budget_s)},
      {"interrupted", report.interrupted},
      {"unreachable", report.unreachable ? bj::value{{"code", wire::to_string(report.unreachable->code)},
                                                     {"detail", report.unreachable->detail}}
                                         : bj::value(nullptr)},
      {"stream", stream_json(report.stream)},
      {"keep_alive", keep_alive_json(report.keep_alive)},
      {"heartbeat", heartbeat_json(report.heartbeat)},
      {"margin_s", number_or_null(report.margin_s())},
      {"notes", std::move(notes)}};
  return bj::serialize(out) + "\n";
}

}  // namespace weir::loadgen
