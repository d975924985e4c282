#include "loadgen/probe_idle/heartbeat.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "wire/json/jsonrpc.hpp"

namespace weir::loadgen {

std::string_view to_string(BeatKind kind) {
  switch (kind) {
    case BeatKind::comment:
      return "comment";
    case BeatKind::ping_event:
      return "ping event";
    case BeatKind::ping_request:
      return "ping request";
    case BeatKind::notification:
      return "notification";
  }
  return "";
}

namespace idle {
namespace {

constexpr std::size_t kGapsNeeded = 2;
/// A gap so far from the period is no heartbeat's, but traffic's.
constexpr double kSteady = 0.5;
/// Periods without a heartbeat: one that is late, or was lost with a stall, is not the end of them.
constexpr double kCeased = 2.5;

std::optional<Heartbeat> steady(BeatKind kind, std::vector<double> gaps) {
  if (gaps.size() < kGapsNeeded) { return std::nullopt; }
  std::sort(gaps.begin(), gaps.end());
  Heartbeat heartbeat{kind, gaps[gaps.size() / 2], 0, gaps.back(), gaps.size()};
  // Single gaps may be far off (a stall, a deploy); most of them may not.
  const auto near = std::count_if(gaps.begin(), gaps.end(), [&](double gap) {
    return std::abs(gap - heartbeat.period_s) <= kSteady * heartbeat.period_s;
  });
  if (heartbeat.period_s <= 0 || static_cast<std::size_t>(near) * 4 < gaps.size() * 3) { return std::nullopt; }
  heartbeat.jitter_s = std::max(gaps.back() - heartbeat.period_s, heartbeat.period_s - gaps.front());
  return heartbeat;
}

/// From the latest beat of the stream; nullopt where it had none.
std::optional<double> gap_until_now(const std::vector<Beat>& beats, BeatKind kind, const OpenStream& open) {
  std::optional<double> latest;
  for (const Beat& beat : beats) {
    if (beat.kind == kind && beat.stream == open.stream) { latest = std::max(latest.value_or(0), beat.at_s); }
  }
  return latest ? std::optional(open.age_s - *latest) : std::nullopt;
}

std::vector<double> gaps_of(const std::vector<Beat>& beats, BeatKind kind) {
  std::map<std::size_t, std::vector<double>> by_stream;
  for (const Beat& beat : beats) {
    if (beat.kind == kind) { by_stream[beat.stream].push_back(beat.at_s); }
  }
  // What came once may have been a greeting: the time from the opening is no gap.
  std::vector<double> between;
  for (const auto& [stream, times] : by_stream) {
    for (std::size_t i = 1; i < times.size(); ++i) { between.push_back(times[i] - times[i - 1]); }
  }
  return between;
}

}  // namespace

std::optional<BeatKind> beat_kind(const wire::SseItem& item) {
  if (std::holds_alternative<wire::SseComment>(item)) { return BeatKind::comment; }
  const auto* event = std::get_if<wire::SseEvent>(&item);
  if (event == nullptr || event->type == "endpoint") { return std::nullopt; }
  const auto parsed = wire::jsonrpc::parse(event->data);
  if (!parsed || parsed->messages.size() != 1 || parsed->messages.front().kind == wire::jsonrpc::Kind::invalid) {
    return BeatKind::ping_event;
  }
  const auto& message = parsed->messages.front();
  if (message.kind == wire::jsonrpc::Kind::notification) { return BeatKind::notification; }
  const bool ping = message.kind == wire::jsonrpc::Kind::request && message.method == "ping";
  return ping ? std::optional(BeatKind::ping_request) : std::nullopt;
}

std::optional<Heartbeat> find_heartbeat(const std::vector<Beat>& beats, const std::vector<OpenStream>& open) {
  std::optional<Heartbeat> best;
  for (BeatKind kind : {BeatKind::comment, BeatKind::ping_event, BeatKind::ping_request, BeatKind::notification}) {
    auto found = steady(kind, gaps_of(beats, kind));
    if (found && (!best || found->period_s < best->period_s)) { best = found; }
  }
  if (!best) { return best; }
  for (const OpenStream& one : open) {
    const auto gap = gap_until_now(beats, best->kind, one);
    if (!gap) { continue; }
    best->largest_gap_s = std::max(best->largest_gap_s, *gap);
    best->ceased = best->ceased || *gap > kCeased * best->period_s;
  }
  return best;
}

}  // namespace idle
}  // namespace weir::loadgen
