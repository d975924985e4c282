#include "reports/load/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "reports/judge/format.hpp"
#include "reports/judge/measures.hpp"
#include "reports/load/heat_map.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/known_hops.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

namespace json = boost::json;

constexpr int kShares = 200;  // Points of a distribution.

/// Three digits are more than a pixel.
json::value short_number(double value) {
  if (value == std::floor(value)) { return static_cast<std::int64_t>(value); }
  const double scale = std::pow(10.0, 2 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

double tenths(double seconds) { return std::round(seconds * 10) / 10; }

using Read = std::function<double(const Point&)>;

class OverTime {
 public:
  OverTime(const LoadResults& results, std::string name, std::string title, std::string_view unit)
      : results_(results), figure_{std::move(name), std::move(title), {}, {}} {
    figure_.drawing["unit"] = unit;
    figure_.words.head = {"", "least", "most", "when most", "at the end"};
  }

  /// Left out where it is 0 all the time, unless it says something all the same.
  OverTime& add(std::string_view name, const Read& read, bool always = false) {
    const auto& points = results_.timeline;
    const bool silent = std::all_of(points.begin(), points.end(), [&](const Point& one) { return read(one) == 0; });
    if (points.empty() || (silent && !always)) { return *this; }
    json::array values;
    for (const Point& one : points) { values.push_back(short_number(read(one))); }
    series_.push_back({{"name", name}, {"values", std::move(values)}});
    const auto [least, most] = std::minmax_element(points.begin(), points.end(),
                                                   [&](const Point& a, const Point& b) { return read(a) < read(b); });
    figure_.words.rows.push_back({std::string(name), readable(read(*least)), readable(read(*most)),
                                  fmt::format("{:.0f} s", most->at_seconds), readable(read(points.back()))});
    return *this;
  }

  void into(std::vector<Figure>& out) {
    if (series_.empty()) { return; }
    figure_.drawing["series"] = std::move(series_);
    figure_.drawing["marks"] = phase_marks(results_);
    out.push_back(std::move(figure_));
  }

  OverTime& in_seconds() {
    seconds_ = true;
    return *this;
  }

 private:
  std::string readable(double value) const {
    return seconds_ ? readable_seconds(value) : wire::grouped(static_cast<std::uint64_t>(std::max(0.0, value)));
  }

  const LoadResults& results_;
  Figure figure_;
  json::array series_;
  bool seconds_ = false;
};

/// How long, over the share of those that took no longer: every percentile at once.
class Distribution {
 public:
  Distribution(std::string name, std::string title, std::string across)
      : figure_{std::move(name), std::move(title), {}, {}} {
    figure_.drawing = {{"unit", "seconds"}, {"log", true}, {"across", across}};
    figure_.words.head = {"", "n", "p50", "p90", "p99", "p99.9", "max"};
  }

  Distribution& add(std::string_view name, const Histogram& histogram) {
    if (histogram.empty()) { return *this; }
    constexpr double kLeast = 1e-6;  // A logarithm has no zero.
    json::array values;
    for (int i = 0; i <= kShares; ++i) {
      values.push_back(short_number(std::max(kLeast, seconds_at(histogram, static_cast<double>(i) / kShares))));
    }
    series_.push_back({{"name", name}, {"values", std::move(values)}});
    std::vector<std::string> row{std::string(name), wire::grouped(histogram.count())};
    for (const double quantile : {0.5, 0.9, 0.99, 0.999}) {
      row.push_back(readable_seconds(seconds_at(histogram, quantile)));
    }
    row.push_back(readable_seconds(wire::seconds_of(histogram.max())));
    figure_.words.rows.push_back(std::move(row));
    longest_ = std::max(longest_, wire::seconds_of(histogram.max()));
    shortest_ = std::min(shortest_, std::max(kLeast, wire::seconds_of(histogram.min())));
    return *this;
  }

  /// Known cut-offs among what was measured.
  Distribution& cutoffs(wire::Counts counts) {
    for (const wire::KnownHop& hop : wire::known_hops()) {
      if (hop.counts != counts || hop.seconds < shortest_ || hop.seconds > longest_ * 1.05) { continue; }
      if (!marks_.empty() && marks_.back().at("at").to_number<double>() == hop.seconds) {
        auto& named = marks_.back().as_object()["name"].as_string();
        named += fmt::format(", {}", hop.name);
        continue;
      }
      marks_.push_back({{"axis", "y"}, {"at", hop.seconds}, {"name", fmt::format("{} s: {}", hop.seconds, hop.name)}});
    }
    return *this;
  }

  void into(std::vector<Figure>& out) {
    if (series_.empty()) { return; }
    json::array shares;
    for (int i = 0; i <= kShares; ++i) { shares.push_back(static_cast<double>(i) / kShares); }
    figure_.drawing["x"] = std::move(shares);
    figure_.drawing["series"] = std::move(series_);
    figure_.drawing["marks"] = std::move(marks_);
    out.push_back(std::move(figure_));
  }

 private:
  static double seconds_at(const Histogram& histogram, double quantile) {
    return wire::seconds_of(histogram.quantile(quantile));
  }

  Figure figure_;
  json::array series_, marks_;
  double longest_ = 0, shortest_ = 1e18;
};

void add_streams(const LoadResults& results, std::vector<Figure>& out) {
  const bool sessions = held_of(results.layout, results.total.numbers) == "session";
  const std::string_view several = sessions ? "sessions" : "streams", title = sessions ? "Sessions" : "Streams";
  OverTime(results, "streams", fmt::format("{} wanted, open and opening", title), std::string(several))
      .add("wanted", [](const Point& one) { return one.wanted; })
      .add(
          "open", [](const Point& one) { return one.open; }, true)
      .add("opening", [](const Point& one) { return one.opening; })
      .into(out);
  OverTime(results, "silent", "Open streams without a byte", "streams")
      .add("for 30 s", [](const Point& one) { return one.silent[0]; })
      .add("for 60 s", [](const Point& one) { return one.silent[1]; })
      .add("for 120 s", [](const Point& one) { return one.silent[2]; })
      .into(out);
  OverTime ends(results, "ends", fmt::format("{} opened, and how they ended", title),
                fmt::format("{} a point", several));
  ends.add("opened", [](const Point& one) { return one.opened; });
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    ends.add(to_string(static_cast<EndReason>(i)), [i](const Point& one) { return one.ends[i]; });
  }
  ends.into(out);
}

void add_calls(const LoadResults& results, std::vector<Figure>& out) {
  OverTime(results, "latency", "Latency of calls, from the intended start", "seconds")
      .in_seconds()
      .add("p50", [](const Point& one) { return one.call_p50_seconds; })
      .add("p90", [](const Point& one) { return one.call_p90_seconds; })
      .add("p99", [](const Point& one) { return one.call_p99_seconds; })
      .into(out);
  OverTime calls(results, "calls", "Calls by outcome", "calls a point");
  for (std::size_t i = 0; i < kCallOutcomes; ++i) {
    calls.add(to_string(static_cast<CallOutcome>(i)), [i](const Point& one) { return one.outcomes[i]; });
  }
  calls.into(out);
}

void add_distributions(const LoadResults& results, std::vector<Figure>& out) {
  const Scope scope = scope_of(results.total, results.layout, "", "");
  Distribution("gaps", "Gaps between bytes and between heartbeats", "share of the gaps")
      .add("between bytes", scope.timer(Timer::byte_gap))
      .add("between heartbeats", scope.timer(Timer::heartbeat_gap))
      .cutoffs(wire::Counts::silence)
      .into(out);
  Histogram silence;
  for (const PopulationNumbers* population : scope.populations) {
    for (const Histogram& one : population->idle_age) { silence.merge(one); }
  }
  Distribution("ages", "Age of streams at their end, and their silence before it", "share of the streams")
      .add("age", scope.age())
      .add("silence", silence)
      .cutoffs(wire::Counts::silence)
      .into(out);
  Distribution connect("connect", "Phases of connecting", "share of the attempts");
  for (std::size_t i = 0; i < kConnectPhases; ++i) {
    const auto phase = static_cast<ConnectPhase>(i);
    connect.add(to_string(phase), scope.connect(phase));
  }
  connect.into(out);
}

std::vector<Figure> over_time(const LoadResults& results) {
  std::vector<Figure> out;
  add_streams(results, out);
  add_calls(results, out);
  OverTime(results, "lag", "Our own lag, and the bound beyond which the run says nothing", "seconds")
      .in_seconds()
      .add("p99", [](const Point& one) { return one.lag_p99_seconds; })
      .add("bound", [&](const Point&) { return results.run.lag_bound_seconds; })
      .into(out);
  return out;
}

}  // namespace

json::array phase_marks(const LoadResults& results) {
  json::array marks;
  for (const PhaseResult& phase : results.phases) {
    marks.push_back(
        {{"axis", "x"}, {"at", wire::seconds_of(phase.info.start_ns)}, {"name", wire::printable(phase.info.name)}});
  }
  return marks;
}

std::vector<Figure> figures_of(const LoadResults& results) {
  std::vector<Figure> out = over_time(results);
  if (auto heat = latency_heat_map(results)) {
    const auto latency = std::find_if(out.begin(), out.end(), [](const Figure& one) { return one.name == "latency"; });
    out.insert(latency == out.end() ? latency : std::next(latency), *std::move(heat));
  }
  add_distributions(results, out);
  return out;
}

json::object latest_of(const Point& point, const RunInfo& run) {
  LoadResults latest;
  latest.run = run;
  latest.timeline = {point};
  json::object out;
  for (const Figure& figure : over_time(latest)) {
    json::object values;
    for (const json::value& series : figure.drawing.at("series").as_array()) {
      values[series.at("name").as_string()] = series.at("values").as_array().front();
    }
    out[figure.name] = std::move(values);
  }
  return out;
}

std::string live_second(const Point& second, const RunInfo& run, std::string_view status) {
  return json::serialize(json::object{
      {"at", tenths(second.at_seconds)}, {"status", wire::printable(status)}, {"figures", latest_of(second, run)}});
}

json::object data_of(const LoadResults& results, const std::vector<Figure>& figures) {
  json::array seconds;
  for (const Point& one : results.timeline) { seconds.push_back(tenths(one.at_seconds)); }
  json::object drawings;
  for (const Figure& figure : figures) { drawings[figure.name] = figure.drawing; }
  return {{"seconds", std::move(seconds)}, {"figures", std::move(drawings)}};
}

}  // namespace weir::reports::load
