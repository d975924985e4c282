#include "loadgen/watch/screen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::loadgen {

namespace {

using namespace reports::load;

constexpr std::string_view kBold = "\x1b[1m", kRed = "\x1b[31m", kPlain = "\x1b[0m";

std::string duration(std::uint64_t ns) {
  const double value = static_cast<double>(ns);
  return value < 1e3   ? fmt::format("{} ns", ns)
         : value < 1e6 ? fmt::format("{:.3g} us", value / 1e3)
         : value < 1e9 ? fmt::format("{:.3g} ms", value / 1e6)
                       : fmt::format("{:.3g} s", value / 1e9);
}

/// The tool that stands for all of them.
const ToolNumbers& calls_of(const PopulationNumbers& whole) { return whole.tools.front(); }

std::uint64_t not_sent(const PopulationNumbers& whole) {
  const auto& dropped = calls_of(whole).dropped;
  return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

/// "idle_cut 10, rst 2": the most frequent first, at most three.
template <class Word, std::size_t N>
std::string most_of(const std::array<std::uint64_t, N>& counts, Word leave_out) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < N; ++i) {
    if (counts[i] > 0 && static_cast<Word>(i) != leave_out) { order.push_back(i); }
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return counts[a] != counts[b] ? counts[a] > counts[b] : a < b; });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, order.size()); ++i) {
    text += fmt::format("{}{} {}", i > 0 ? ", " : "", to_string(static_cast<Word>(order[i])),
                        wire::grouped(counts[order[i]]));
  }
  return order.size() > 3 ? text + ", ..." : text;
}

double per_second(std::uint64_t count, std::int64_t span_ns) {
  return span_ns > 0 ? static_cast<double>(count) * wire::kSecond / static_cast<double>(span_ns) : 0;
}

std::string rate(std::uint64_t count, std::int64_t span_ns) {
  const double value = per_second(count, span_ns);
  return value >= 10 || value == 0 ? wire::grouped(static_cast<std::uint64_t>(std::llround(value)))
                                   : fmt::format("{:.1f}", value);
}

double ok_percent(const ToolNumbers& calls) {
  const auto ended = calls.ended();
  const auto ok = calls.outcomes[static_cast<std::size_t>(CallOutcome::ok)];
  return ended == 0 ? 0 : 100.0 * static_cast<double>(ok) / static_cast<double>(ended);
}

std::string streams_text(const PopulationNumbers& last, const PopulationNumbers& totals, std::int64_t span_ns) {
  return fmt::format("{} open of {}, {} opening, {} waiting, {} opened/s, {} in all",
                     wire::grouped(last[Gauge::streams_open]), wire::grouped(last[Gauge::streams_target]),
                     wire::grouped(last[Gauge::streams_opening]), wire::grouped(last[Gauge::streams_waiting]),
                     rate(last[Counter::streams_opened], span_ns), wire::grouped(totals[Counter::streams_opened]));
}

std::string drops_text(const PopulationNumbers& totals) {
  const auto ended = totals.drops();
  std::string text = wire::grouped(ended);
  if (ended > 0) {
    std::array<std::uint64_t, kEndReasons> drops = totals.ends;
    for (std::size_t i = 0; i < kEndReasons; ++i) { drops[i] = is_drop(static_cast<EndReason>(i)) ? drops[i] : 0; }
    text += fmt::format(" ({})", most_of(drops, EndReason::client));
  }
  if (const auto polled = totals.ends[static_cast<std::size_t>(EndReason::polled)]; polled > 0) {
    text += fmt::format("; polled {}, {} not taken up", wire::grouped(polled),
                        wire::grouped(totals[Counter::polls_failed]));
  }
  const auto failed = most_of(totals.open_failures, static_cast<OpenFailure>(kOpenFailures));
  return failed.empty() ? text : text + "; not opened: " + failed;
}

std::string calls_text(const PopulationNumbers& last, const PopulationNumbers& totals, std::int64_t span_ns) {
  const auto& calls = calls_of(last);
  std::string text = fmt::format("{}/s, {:.4g} % ok, p50 {}, p99 {}, {} in flight", rate(calls.ended(), span_ns),
                                 ok_percent(calls_of(totals)), duration(calls.duration.quantile(0.5)),
                                 duration(calls.duration.quantile(0.99)), wire::grouped(last[Gauge::calls_in_flight]));
  const auto unsent = not_sent(totals);
  return unsent > 0 ? text + fmt::format(", {} not sent", wire::grouped(unsent)) : text;
}

std::string events_text(const PopulationNumbers& last, const PopulationNumbers& totals, std::int64_t span_ns) {
  std::string text = fmt::format("{}/s, {} heartbeats/s", rate(last[Counter::events], span_ns),
                                 rate(last[Counter::heartbeats], span_ns));
  const auto add_count = [&](Counter which, const char* word) {
    if (totals[which] > 0) { text += fmt::format(", {} {}", wire::grouped(totals[which]), word); }
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
  const auto seconds = std::max<std::int64_t>(0, ns) / wire::kSecond;
  return seconds >= 3600 ? fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
                         : fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::vector<std::string> screen_lines(const ScreenState& state, std::size_t width, bool colour) {
  const auto last = state.last.whole();
  const auto totals = state.totals.whole();
  const auto span = state.last.span_ns;
  std::vector<std::string> lines;
  const auto put = [&](std::string_view name, const std::string& text, std::string_view shade = {}) {
    auto line = fit(name.empty() ? text : fmt::format("{:<9}{}", name, text), width);
    lines.push_back(colour && !shade.empty() ? fmt::format("{}{}{}", shade, line, kPlain) : line);
  };
  put("",
      fmt::format("{}  {} ({})  {}{}", wire::printable(state.target), wire::printable(state.phase), state.step,
                  clock_text(state.elapsed_ns),
                  state.left_ns >= 0 ? fmt::format(", {} left", clock_text(state.left_ns)) : ""),
      kBold);
  put(fmt::format("{}s", state.held), streams_text(last, totals, span));
  put("drops", drops_text(totals), totals.drops() > 0 ? kRed : std::string_view());
  put("events", events_text(last, totals, span));
  if (calls_of(totals).ended() > 0 || not_sent(totals) > 0 || last[Gauge::calls_in_flight] > 0) {
    put("calls", calls_text(last, totals, span));
  }
  put("lag",
      fmt::format("schedule p99 {}, client p99 {}, {} worker{}", duration(last[Timer::schedule_lag].quantile(0.99)),
                  duration(last[Timer::client_lag].quantile(0.99)), state.last[WorkerGauge::alive],
                  state.last[WorkerGauge::alive] == 1 ? "" : "s"));
  if (!state.latest_incident.empty()) { put("incident", wire::printable(state.latest_incident), kRed); }
  return lines;
}

std::string progress_line(const ScreenState& state) {
  const auto last = state.last.whole();
  const auto totals = state.totals.whole();
  const auto span = state.last.span_ns;
  std::string line =
      fmt::format("{}  {} ({})  {}s {}/{}  drops {}", clock_text(state.elapsed_ns), wire::printable(state.phase),
                  state.step, state.held, wire::grouped(last[Gauge::streams_open]),
                  wire::grouped(last[Gauge::streams_target]), drops_text(totals));
  line += fmt::format("  events {}/s", rate(last[Counter::events], span));
  if (calls_of(totals).ended() > 0 || not_sent(totals) > 0) {
    line += fmt::format("  calls {}", calls_text(last, totals, span));
  }
  line += fmt::format("  lag p99 {}", duration(last[Timer::schedule_lag].quantile(0.99)));
  return state.left_ns >= 0 ? line + fmt::format("  {} left", clock_text(state.left_ns)) : line;
}

std::string redraw(const std::vector<std::string>& lines, std::size_t former) {
  std::string out = former > 0 ? fmt::format("\x1b[{}A", former) : std::string();
  for (const auto& line : lines) { out += fmt::format("\r\x1b[2K{}\n", line); }
  // A view that became shorter leaves nothing of its former self below.
  return former > lines.size() ? out + "\x1b[0J" : out;
}

}  // namespace weir::loadgen
