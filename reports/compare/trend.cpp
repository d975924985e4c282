#include "reports/compare/trend.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "reports/compare/change_points.hpp"
#include "reports/compare/statistics.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/time.hpp"

namespace weir::reports::compare {
namespace {

constexpr std::int64_t kDayNs = 86'400 * wire::kSecond;

struct Judged {
  Series series;
  bool more_is_worse = true;
  double floor = 0;
};

using SeriesKey = std::tuple<std::string, std::string, std::string>;

/// A run that was kept in both ways is one night.
void leave_to_journals(std::vector<Night>& nights) {
  std::set<std::pair<std::string, std::string>> kept;
  for (const Night& night : nights) {
    if (!night.summarized) { kept.emplace(night.series, night.started_at); }
  }
  std::erase_if(nights, [&](const Night& night) {
    return night.summarized && kept.contains(std::pair(night.series, night.started_at));
  });
}

/// In the order in which the latest nights have them; a series that ended stands where it stood.
std::vector<Judged> gather(const std::vector<Night>& nights) {
  std::vector<Judged> out;
  std::map<SeriesKey, std::size_t> index;
  for (const Night& night : nights) {
    for (const NightValue& value : night.values) {
      const SeriesKey key{night.series, value.phase, value.measure};
      const auto [place, is_new] = index.emplace(key, out.size());
      if (is_new) {
        out.push_back(
            {{night.series, value.phase, value.measure, value.unit, {}, {}, {}}, value.more_is_worse, value.floor});
      }
      Series& series = out[place->second].series;
      series.nights.push_back(night.started_at);
      series.values.push_back(value.value);
    }
  }
  return out;
}

std::vector<LevelChange> changes_of(const Judged& judged, double tolerance) {
  const Series& series = judged.series;
  // Ratios matter, and so does a zero: what is far below the floor is all alike.
  std::vector<double> logs;
  const double least = judged.floor > 0 ? judged.floor : 1e-9;
  for (const double value : series.values) { logs.push_back(std::log(std::max(0.0, value) + least)); }
  std::vector<std::size_t> bounds = change_points(logs);
  bounds.insert(bounds.begin(), 0);
  bounds.push_back(series.values.size());
  const auto level = [&](std::size_t i) {
    return median({series.values.begin() + static_cast<std::ptrdiff_t>(bounds[i]),
                   series.values.begin() + static_cast<std::ptrdiff_t>(bounds[i + 1])});
  };
  std::vector<LevelChange> out;
  for (std::size_t i = 1; i + 1 < bounds.size(); ++i) {
    const double before = level(i - 1), after = level(i);
    const double difference = std::abs(after - before);
    if (difference < judged.floor || difference < tolerance * before) { continue; }
    out.push_back({bounds[i], series.nights[bounds[i]].substr(0, 10), before, after,
                   (after > before) == judged.more_is_worse, ""});
  }
  return out;
}

/// The night may be one off: where exactly a level began is known to a night or so.
bool acknowledges(const Acknowledged& entry, const Series& series, const LevelChange& change) {
  if (entry.measure != series.measure || (!entry.phase.empty() && entry.phase != series.phase)) { return false; }
  const auto said = wire::rfc3339_to_unix_ns(entry.since + "T00:00:00Z");
  const auto found = wire::rfc3339_to_unix_ns(change.since + "T00:00:00Z");
  return said && found && std::abs(*said - *found) <= kDayNs;
}

std::string name_of(const Series& series) {
  return series.phase.empty() ? series.measure : fmt::format("{} in {}", series.measure, series.phase);
}

void decide(Trend& trend) {
  std::size_t worse = 0, longest = 0;
  std::string first;
  for (const Series& series : trend.series) {
    longest = std::max(longest, series.values.size());
    for (const LevelChange& change : series.changes) {
      if (!change.worse || !change.acknowledged.empty()) { continue; }
      ++worse;
      const std::string text = fmt::format("{}, since {}", name_of(series), change.since);
      if (first.empty() || change.since < first.substr(first.size() - 10)) { first = text; }
    }
  }
  if (worse > 0) {
    trend.exit_code = ExitCode::target_fails;
    trend.exit_reason = fmt::format("{} change{} for the worse, the first: {}", worse, worse == 1 ? "" : "s", first);
  } else if (longest < 2 * kLeastNights) {
    trend.exit_code = ExitCode::inconclusive;
    trend.exit_reason = fmt::format("{} night{} of the same series; a change shows in {} at the soonest", longest,
                                    longest == 1 ? "" : "s", 2 * kLeastNights);
  } else {
    trend.exit_reason = "no change for the worse that is not acknowledged";
  }
}

}  // namespace

Trend trend_of(std::vector<Night> nights, const std::vector<Acknowledged>& acknowledged, double tolerance) {
  Trend out;
  std::sort(nights.begin(), nights.end(), [](const Night& a, const Night& b) {
    const auto key = [](const Night& night) {
      return std::pair(wire::rfc3339_to_unix_ns(night.started_at).value_or(0), night.file);
    };
    return key(a) < key(b);
  });
  for (const Night& night : nights) {
    if (!night.left_out.empty()) { out.left_out.push_back(fmt::format("{}: {}", night.file, night.left_out)); }
  }
  std::erase_if(nights, [](const Night& night) { return !night.left_out.empty(); });
  leave_to_journals(nights);
  std::set<std::size_t> used;
  for (Judged& judged : gather(nights)) {
    judged.series.changes = changes_of(judged, tolerance);
    for (LevelChange& change : judged.series.changes) {
      for (std::size_t i = 0; i < acknowledged.size(); ++i) {
        if (!acknowledges(acknowledged[i], judged.series, change)) { continue; }
        change.acknowledged = acknowledged[i].reason;
        used.insert(i);
      }
    }
    out.series.push_back(std::move(judged.series));
  }
  for (std::size_t i = 0; i < acknowledged.size(); ++i) {
    if (used.contains(i)) { continue; }
    out.stale.push_back(fmt::format("{} since {}: there is no such change, remove its entry", acknowledged[i].measure,
                                    acknowledged[i].since));
  }
  decide(out);
  return out;
}

}  // namespace weir::reports::compare
