#include "reports/measure/snapshot.hpp"

#include <algorithm>
#include <numeric>

#include "reports/measure/limits.hpp"
#include "wire/base/bytes.hpp"

namespace weir::reports::load {
namespace {

template <class Array>
void add_all(Array& into, const Array& from) {
  for (std::size_t i = 0; i < into.size(); ++i) { into[i] += from[i]; }
}

template <class Array>
void merge_all(Array& into, const Array& from) {
  for (std::size_t i = 0; i < into.size(); ++i) { into[i].merge(from[i]); }
}

template <class Array>
void clear_all(Array& histograms) {
  for (Histogram& histogram : histograms) { histogram.clear(); }
}

// Everything but the gauges, which a worker adds and a later span replaces, and the tools, of which each has its place.
void add_counted(PopulationNumbers& into, const PopulationNumbers& from) {
  add_all(into.counters, from.counters);
  add_all(into.ends, from.ends);
  add_all(into.open_failures, from.open_failures);
  merge_all(into.age, from.age);
  merge_all(into.idle_age, from.idle_age);
  merge_all(into.connect, from.connect);
  merge_all(into.timers, from.timers);
  for (std::size_t i = 0; i < into.open.size(); ++i) { into.open[i] = std::max(into.open[i], from.open[i]); }
}

void add_tools(PopulationNumbers& into, const PopulationNumbers& from) {
  for (std::size_t i = 0; i < into.tools.size() && i < from.tools.size(); ++i) { into.tools[i].add(from.tools[i]); }
}

// A number of zeros is written once: most counters of a second are zero.
template <class Array>
void put_sparse(const Array& values, std::string& out) {
  std::uint64_t zeros = 0;
  for (const auto value : values) {
    if (value == 0) {
      ++zeros;
      continue;
    }
    wire::put_varint(zeros, out);
    wire::put_signed(static_cast<std::int64_t>(value), out);
    zeros = 0;
  }
  wire::put_varint(values.size() + 1, out);  // Further than there are values: the end.
}

using Places = std::vector<std::uint16_t>;  // Of Wording: where each number as it was written belongs.

template <class Array>
bool take_sparse(std::string_view& bytes, Array& values, const Places& places) {
  values.fill(0);
  for (std::size_t at = 0;;) {
    std::uint64_t zeros = 0;
    if (!wire::take_varint(bytes, zeros)) { return false; }
    if (zeros == places.size() + 1) { return true; }
    if (zeros >= places.size() - at) { return false; }
    at += zeros;
    std::int64_t value = 0;
    if (!wire::take_signed(bytes, value)) { return false; }
    values[places[at++]] = static_cast<typename Array::value_type>(value);
  }
}

template <class Array>
void put_histograms(const Array& histograms, std::string& out) {
  for (const Histogram& histogram : histograms) { histogram.encode(out); }
}

template <class Array>
bool take_histograms(std::string_view& bytes, Array& histograms, const Places& places) {
  return std::all_of(places.begin(), places.end(),
                     [&](std::uint16_t place) { return histograms[place].decode_and_merge(bytes); });
}

bool take_tool(std::string_view& bytes, ToolNumbers& tool, const Wording& wording) {
  return take_sparse(bytes, tool.outcomes, wording[Words::call_outcome]) &&
         take_sparse(bytes, tool.dropped, wording[Words::drop_cause]) && wire::take_varint(bytes, tool.intended) &&
         tool.duration.decode_and_merge(bytes);
}

bool take_population(std::string_view& bytes, PopulationNumbers& numbers, const Wording& wording) {
  return take_sparse(bytes, numbers.counters, wording[Words::counter]) &&
         take_sparse(bytes, numbers.gauges, wording[Words::gauge]) &&
         take_sparse(bytes, numbers.open, wording[Words::open]) &&
         take_sparse(bytes, numbers.ends, wording[Words::end_reason]) &&
         take_sparse(bytes, numbers.open_failures, wording[Words::open_failure]) &&
         take_histograms(bytes, numbers.age, wording[Words::end_reason]) &&
         take_histograms(bytes, numbers.idle_age, wording[Words::end_reason]) &&
         take_histograms(bytes, numbers.connect, wording[Words::connect_phase]) &&
         take_histograms(bytes, numbers.timers, wording[Words::timer]) &&
         std::all_of(numbers.tools.begin(), numbers.tools.end(),
                     [&](ToolNumbers& tool) { return take_tool(bytes, tool, wording); });
}

}  // namespace

void ToolNumbers::add(const ToolNumbers& other) {
  add_all(outcomes, other.outcomes);
  add_all(dropped, other.dropped);
  intended += other.intended;
  duration.merge(other.duration);
}

std::uint64_t ToolNumbers::ended() const {
  const std::uint64_t all = std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
  return all - outcomes[static_cast<std::size_t>(CallOutcome::duplicate)] -
         outcomes[static_cast<std::size_t>(CallOutcome::unfinished)];
}

std::uint64_t PopulationNumbers::drops() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kEndReasons; ++i) { sum += is_drop(static_cast<EndReason>(i)) ? ends[i] : 0; }
  return sum + (*this)[Counter::polls_failed];
}

Snapshot::Snapshot(const Layout& layout) : populations(layout.populations.size()) {
  for (std::size_t i = 0; i < populations.size(); ++i) {
    populations[i].tools.resize(layout.populations[i].tools.size());
  }
}

void Snapshot::add_worker(const Snapshot& other) {
  add_all(worker, other.worker);
  for (std::size_t i = 0; i < populations.size() && i < other.populations.size(); ++i) {
    add_counted(populations[i], other.populations[i]);
    add_tools(populations[i], other.populations[i]);
    add_all(populations[i].gauges, other.populations[i].gauges);
  }
}

void Snapshot::add_span(const Snapshot& later) {
  at_ns = later.at_ns;
  span_ns = std::min(limits::kTimeNs, span_ns + later.span_ns);  // Of a journal it may say what it likes.
  phase = later.phase;
  worker = later.worker;
  for (std::size_t i = 0; i < populations.size() && i < later.populations.size(); ++i) {
    add_counted(populations[i], later.populations[i]);
    add_tools(populations[i], later.populations[i]);
    populations[i].gauges = later.populations[i].gauges;
  }
}

void Snapshot::clear() {
  span_ns = 0;
  for (PopulationNumbers& numbers : populations) {
    numbers.counters.fill(0);
    numbers.ends.fill(0);
    numbers.open_failures.fill(0);
    numbers.open.fill(0);
    clear_all(numbers.age);
    clear_all(numbers.idle_age);
    clear_all(numbers.connect);
    clear_all(numbers.timers);
    for (ToolNumbers& tool : numbers.tools) {
      tool.outcomes.fill(0);
      tool.dropped.fill(0);
      tool.intended = 0;
      tool.duration.clear();
    }
  }
}

PopulationNumbers Snapshot::whole() const {
  PopulationNumbers sum;
  sum.tools.resize(1);
  for (const PopulationNumbers& one : populations) {
    add_counted(sum, one);
    add_all(sum.gauges, one.gauges);
    for (const ToolNumbers& tool : one.tools) { sum.tools.front().add(tool); }
  }
  return sum;
}

std::int64_t Snapshot::whole(Gauge gauge) const {
  std::int64_t sum = 0;
  for (const PopulationNumbers& one : populations) { sum += one[gauge]; }
  return sum;
}

void encode_snapshot(const Snapshot& snapshot, std::string& out) {
  wire::put_signed(snapshot.at_ns, out);
  wire::put_signed(snapshot.span_ns, out);
  wire::put_varint(snapshot.phase, out);
  put_sparse(snapshot.worker, out);
  for (const PopulationNumbers& numbers : snapshot.populations) {
    put_sparse(numbers.counters, out);
    put_sparse(numbers.gauges, out);
    put_sparse(numbers.open, out);
    put_sparse(numbers.ends, out);
    put_sparse(numbers.open_failures, out);
    put_histograms(numbers.age, out);
    put_histograms(numbers.idle_age, out);
    put_histograms(numbers.connect, out);
    put_histograms(numbers.timers, out);
    for (const ToolNumbers& tool : numbers.tools) {
      put_sparse(tool.outcomes, out);
      put_sparse(tool.dropped, out);
      wire::put_varint(tool.intended, out);
      tool.duration.encode(out);
    }
  }
}

bool decode_snapshot(const Layout& layout, std::string_view bytes, Snapshot& out, const Wording& wording) {
  out = Snapshot(layout);
  std::uint64_t phase = 0;
  if (!wire::take_signed(bytes, out.at_ns) || !wire::take_signed(bytes, out.span_ns) ||
      !wire::take_varint(bytes, phase) || phase > UINT32_MAX ||
      !take_sparse(bytes, out.worker, wording[Words::worker_gauge])) {
    return false;
  }
  out.phase = static_cast<std::uint32_t>(phase);
  for (PopulationNumbers& numbers : out.populations) {
    if (!take_population(bytes, numbers, wording)) { return false; }
  }
  return bytes.empty();
}

}  // namespace weir::reports::load
