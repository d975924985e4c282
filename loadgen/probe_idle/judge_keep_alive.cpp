#include <algorithm>

#include "loadgen/probe_idle/judge.hpp"

namespace weir::loadgen {

std::string_view to_string(KeepAliveOutcome outcome) {
  switch (outcome) {
    case KeepAliveOutcome::not_offered:
      return "not_offered";
    case KeepAliveOutcome::alive:
      return "alive";
    case KeepAliveOutcome::cut:
      return "cut";
    case KeepAliveOutcome::unclear:
      return "unclear";
  }
  return "";
}

namespace idle {
namespace {

using State = IdleConnection::State;

/// Waits that differ by less than this part of the resolution are the same.
constexpr double kSameWait = 10;

std::vector<double> idle_times(const std::vector<IdleConnection>& connections, State state) {
  std::vector<double> times;
  for (const IdleConnection& connection : connections) {
    if (connection.state == state) { times.push_back(connection.idle_s); }
  }
  return times;
}

/// The end that most of those within the bracket had.
std::string usual_end(const std::vector<IdleConnection>& connections, State state) {
  std::map<std::string, int> ends;
  std::string usual;
  for (const IdleConnection& connection : connections) {
    if (connection.state == state && ++ends[connection.end] > ends[usual]) { usual = connection.end; }
  }
  return usual;
}

}  // namespace

KeepAliveFinding judge_keep_alive(const std::vector<IdleConnection>& connections, const Judging& judging) {
  KeepAliveFinding finding;
  finding.opened = connections.size();
  if (connections.empty()) { return finding; }
  finding.outcome = KeepAliveOutcome::alive;
  const auto answered = idle_times(connections, State::answered);
  for (const double idle_s : answered) { finding.survived_s = std::max(finding.survived_s, idle_s); }
  const std::size_t needed = std::min(judging.wanted, connections.size());
  const auto closed = idle_times(connections, State::closed);
  const auto dead = idle_times(connections, State::dead);
  std::vector<reports::Weighted> closings;
  for (const double idle_s : closed) { closings.push_back({idle_s}); }
  const Cluster seen = reports::densest(std::move(closings), judging.precision);
  if (seen.count >= needed) {
    finding.outcome = KeepAliveOutcome::cut;
    finding.cut = bracket_around(seen.low, seen.high, judging.precision.resolution_s);
    finding.confirmed_by = seen.count;
    finding.end = usual_end(connections, State::closed);
  } else if (!dead.empty()) {
    // Nothing was to be seen until a request was sent: between the longest wait that was answered and the first beyond
    // it that was not.
    const double first_dead = *std::min_element(dead.begin(), dead.end());
    double alive_s = 0;
    for (const double idle_s : answered) { alive_s = idle_s < first_dead ? std::max(alive_s, idle_s) : alive_s; }
    // Of those that waited for as long, all have to be dead.
    const bool contradicted = finding.survived_s > first_dead - judging.precision.resolution_s / kSameWait;
    finding.outcome = contradicted ? KeepAliveOutcome::unclear : KeepAliveOutcome::cut;
    finding.confirmed_by = dead.size();
    finding.end = usual_end(connections, State::dead);
    if (!contradicted) { finding.cut = Bracket{alive_s, first_dead}; }
  } else if (!closed.empty() && closed.size() >= needed) {
    finding.outcome = KeepAliveOutcome::unclear;
  }
  if (finding.cut) { finding.hops = matching_hops(*finding.cut, Counts::keep_alive, judging.scale); }
  return finding;
}

}  // namespace idle
}  // namespace weir::loadgen
