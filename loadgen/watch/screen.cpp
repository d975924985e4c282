#include "loadgen/watch/screen.hpp"

#include "wire/base/text.hpp"

namespace weir::loadgen {

namespace {

using namespace reports::load;

constexpr std::int64_t kNanos = 1'000'000'000;
constexpr std::string_view kBold = "\x1b[1m", kRed = "\x1b[31m", kPlain = "\x1b[0m";

std::string thousands(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string duration(std::uint64_t ns) {
  const double value = static_cast<double>(ns);
  return value < 1e3   ? fmt::format("{} ns", ns)
         : value < 1e6 ? fmt::format("{:.3g} us", value / 1e3)
         : value < 1e9 ? fmt::format("{:.3g} ms", value / 1e6)
                       : fmt::format("{:.3g} s", value / 1e9);
}

struct Sums {
  std::array<std::uint64_t, kCounters> counters{};
  std::array<std::int64_t, kGauges> gauges{};
  std::array<std::uint64_t, kEndReasons> ends{};
  std::array<std::uint64_t, kOpenFailures> failures{};
  std::array<std::uint64_t, kCallOutcomes> outcomes{};
  std::uint64_t calls = 0, calls_dropped = 0;
  Histogram call, schedule_lag, client_lag;

  std::uint64_t operator[](Counter c) const { return counters[static_cast<std::size_t>(c)]; }
  std::int64_t operator[](Gauge g) const { return gauges[static_cast<std::size_t>(g)]; }
};

template <class Array>
void add(Array& to, const Array& from) {
  for (std::size_t i = 0; i < to.size(); ++i) { to[i] += from[i]; }
}

Sums sum_of(const Snapshot& snapshot) {
  Sums sums;
  for (const auto& population : snapshot.populations) {
    add(sums.counters, population.counters);
    add(sums.gauges, population.gauges);
    add(sums.ends, population.ends);
    add(sums.failures, population.open_failures);
    sums.schedule_lag.merge(population[Timer::schedule_lag]);
    sums.client_lag.merge(population[Timer::client_lag]);
    for (const auto& tool : population.tools) {
      add(sums.outcomes, tool.outcomes);
      for (const auto dropped : tool.dropped) { sums.calls_dropped += dropped; }
      sums.call.merge(tool.duration);
    }
  }
  for (std::size_t i = 0; i < kCallOutcomes; ++i) {
    if (static_cast<CallOutcome>(i) != CallOutcome::duplicate) { sums.calls += sums.outcomes[i]; }
  }
  return sums;
}

/// Streams that ended otherwise than by us.
std::uint64_t drops(const Sums& sums) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    total += static_cast<EndReason>(i) == EndReason::client ? 0 : sums.ends[i];
  }
  return total;
}

/// "idle_cut 10, rst 2": the most frequent first, at most three.
template <class Word, std::size_t N>
std::string most_of(const std::array<std::uint64_t, N>& counts, Word leave_out) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < N; ++i) {
    if (counts[i] > 0 && static_cast<Word>(i) != leave_out) { order.push_back(i); }
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, order.size()); ++i) {
    text +=
        fmt::format("{}{} {}", i > 0 ? ", " : "", to_string(static_cast<Word>(order[i])), thousands(counts[order[i]]));
  }
  return order.size() > 3 ? text + ", ..." : text;
}

double per_second(std::uint64_t count, std::int64_t span_ns) {
  return span_ns > 0 ? static_cast<double>(count) * kNanos / static_cast<double>(span_ns) : 0;
}

std::string rate(std::uint64_t count, std::int64_t span_ns) {
  const double value = per_second(count, span_ns);
  return value >= 10 || value == 0 ? thousands(static_cast<std::uint64_t>(value + 0.5)) : fmt::format("{:.1f}", value);
}

double ok_percent(const Sums& sums) {
  return sums.calls == 0 ? 0
                         : 100.0 * static_cast<double>(sums.outcomes[static_cast<std::size_t>(CallOutcome::ok)]) /
                               static_cast<double>(sums.calls);
}

std::string streams_text(const Sums& last, const Sums& totals, std::int64_t span_ns) {
  return fmt::format("{} open of {}, {} opening, {} waiting, {} opened/s, {} in all",
                     thousands(last[Gauge::streams_open]), thousands(last[Gauge::streams_target]),
                     thousands(last[Gauge::streams_opening]), thousands(last[Gauge::streams_waiting]),
                     rate(last[Counter::streams_opened], span_ns), thousands(totals[Counter::streams_opened]));
}

std::string drops_text(const Sums& totals) {
  const auto ended = drops(totals);
  std::string text = thousands(ended);
  if (ended > 0) { text += fmt::format(" ({})", most_of(totals.ends, EndReason::client)); }
  const auto failed = most_of(totals.failures, static_cast<OpenFailure>(kOpenFailures));
  return failed.empty() ? text : text + "; not opened: " + failed;
}

std::string calls_text(const Sums& last, const Sums& totals, std::int64_t span_ns) {
  std::string text = fmt::format("{}/s, {:.4g} % ok, p50 {}, p99 {}, {} in flight", rate(last.calls, span_ns),
                                 ok_percent(totals), duration(last.call.quantile(0.5)),
                                 duration(last.call.quantile(0.99)), thousands(last[Gauge::calls_in_flight]));
  return totals.calls_dropped > 0 ? text + fmt::format(", {} not sent", thousands(totals.calls_dropped)) : text;
}

std::string events_text(const Sums& last, const Sums& totals, std::int64_t span_ns) {
  std::string text = fmt::format("{}/s, {} heartbeats/s", rate(last[Counter::events], span_ns),
                                 rate(last[Counter::heartbeats], span_ns));
  const auto add_count = [&](Counter which, const char* word) {
    if (totals[which] > 0) { text += fmt::format(", {} {}", thousands(totals[which]), word); }
  };
  add_count(Counter::events_lost, "lost");
  add_count(Counter::events_repeated, "repeated");
  add_count(Counter::events_out_of_order, "out of order");
  return text;
}

/// Cut to the width, by columns: what comes from names is printable ASCII or escaped.
std::string fit(std::string line, std::size_t width) {
  if (line.size() > width) {
    line.resize(width > 0 ? width - 1 : 0);
    line += width > 0 ? "~" : "";
  }
  return line;
}

}  // namespace

std::string clock_text(std::int64_t ns) {
  const auto seconds = std::max<std::int64_t>(0, ns) / kNanos;
  return seconds >= 3600 ? fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
                         : fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::vector<std::string> screen_lines(const ScreenState& state, std::size_t width, bool colour) {
  const auto last = sum_of(state.last);
  const auto totals = sum_of(state.totals);
  const auto span = state.last.span_ns;
  std::vector<std::string> lines;
  const auto put = [&](std::string_view name, const std::string& text, std::string_view shade = {}) {
    auto line = fit(name.empty() ? text : fmt::format("{:<9}{}", name, text), width);
    lines.push_back(colour && !shade.empty() ? fmt::format("{}{}{}", shade, line, kPlain) : line);
  };
  put("",
      fmt::format("{}  {} ({})  {}{}", reports::printable(state.target), reports::printable(state.phase), state.step,
                  clock_text(state.elapsed_ns),
                  state.left_ns >= 0 ? fmt::format(", {} left", clock_text(state.left_ns)) : ""),
      kBold);
  put("streams", streams_text(last, totals, span));
  put("drops", drops_text(totals), drops(totals) > 0 ? kRed : std::string_view());
  put("events", events_text(last, totals, span));
  if (totals.calls > 0 || totals.calls_dropped > 0 || last[Gauge::calls_in_flight] > 0) {
    put("calls", calls_text(last, totals, span));
  }
  put("lag", fmt::format("schedule p99 {}, client p99 {}, {} worker{}", duration(last.schedule_lag.quantile(0.99)),
                         duration(last.client_lag.quantile(0.99)), state.last[WorkerGauge::alive],
                         state.last[WorkerGauge::alive] == 1 ? "" : "s"));
  if (!state.latest_incident.empty()) { put("incident", reports::printable(state.latest_incident), kRed); }
  return lines;
}

std::string progress_line(const ScreenState& state) {
  const auto last = sum_of(state.last);
  const auto totals = sum_of(state.totals);
  const auto span = state.last.span_ns;
  std::string line = fmt::format("{}  {} ({})  streams {}/{}  drops {}", clock_text(state.elapsed_ns),
                                 reports::printable(state.phase), state.step, thousands(last[Gauge::streams_open]),
                                 thousands(last[Gauge::streams_target]), drops_text(totals));
  line += fmt::format("  events {}/s", rate(last[Counter::events], span));
  if (totals.calls > 0 || totals.calls_dropped > 0) {
    line += fmt::format("  calls {}", calls_text(last, totals, span));
  }
  line += fmt::format("  lag p99 {}", duration(last.schedule_lag.quantile(0.99)));
  return state.left_ns >= 0 ? line + fmt::format("  {} left", clock_text(state.left_ns)) : line;
}

std::string redraw(const std::vector<std::string>& lines, std::size_t former) {
  std::string out = former > 0 ? fmt::format("\x1b[{}A", former) : std::string();
  for (const auto& line : lines) { out += fmt::format("\r\x1b[2K{}\n", line); }
  // A view that became shorter leaves nothing of its former self below.
  return former > lines.size() ? out + "\x1b[0J" : out;
}

}  // namespace weir::loadgen
