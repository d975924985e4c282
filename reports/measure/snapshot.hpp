// What happened in a span of time, as numbers that add up: a worker's second, all workers' second, a phase, a run. A
// merge of snapshots is the snapshot of the union, bit by bit, whatever the order.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/measure/histogram.hpp"
#include "reports/measure/vocabulary.hpp"
#include "reports/measure/wording.hpp"

namespace weir::reports::load {

/// Whose numbers a snapshot holds; equal in everything that is merged. Stands once at the head of a journal.
struct Layout {
  struct Population {
    std::string name;
    std::vector<std::string> tools;  ///< Called beside the streams; label values of `tool`.
    bool sessions = false;           ///< It holds sessions without streams: each counts where streams are counted.
    bool operator==(const Population&) const = default;
  };
  std::vector<Population> populations;
  bool operator==(const Layout&) const = default;
};

struct ToolNumbers {
  std::array<std::uint64_t, kCallOutcomes> outcomes{};
  std::array<std::uint64_t, kDropCauses> dropped{};
  std::uint64_t intended = 0;
  Histogram duration;  ///< ns from the intended start to the answer; of calls that were given up, so long as they were
                       ///< waited for.

  void add(const ToolNumbers& other);
  /// Calls of which the outcome is known: a duplicate is counted beside the call's own, an unfinished one has none.
  std::uint64_t ended() const;
};

struct PopulationNumbers {
  std::array<std::uint64_t, kCounters> counters{};
  std::array<std::int64_t, kGauges> gauges{};
  std::array<std::int64_t, kOpens> open{};  ///< Of several workers, or spans, the longest.
  std::array<std::uint64_t, kEndReasons> ends{};
  std::array<std::uint64_t, kOpenFailures> open_failures{};
  std::array<Histogram, kEndReasons> age;       ///< ns from held to ended.
  std::array<Histogram, kEndReasons> idle_age;  ///< ns without a byte, at the end.
  std::array<Histogram, kConnectPhases> connect;
  std::array<Histogram, kTimers> timers;
  std::vector<ToolNumbers> tools;

  std::uint64_t& operator[](Counter c) { return counters[static_cast<std::size_t>(c)]; }
  std::uint64_t operator[](Counter c) const { return counters[static_cast<std::size_t>(c)]; }
  std::int64_t& operator[](Gauge g) { return gauges[static_cast<std::size_t>(g)]; }
  std::int64_t operator[](Gauge g) const { return gauges[static_cast<std::size_t>(g)]; }
  std::int64_t& operator[](Open o) { return open[static_cast<std::size_t>(o)]; }
  std::int64_t operator[](Open o) const { return open[static_cast<std::size_t>(o)]; }
  Histogram& operator[](Timer t) { return timers[static_cast<std::size_t>(t)]; }
  const Histogram& operator[](Timer t) const { return timers[static_cast<std::size_t>(t)]; }

  std::uint64_t drops() const;  ///< Ends that are one, and those that turned out to be.
};

struct Snapshot {
  std::int64_t at_ns = 0;    ///< End of the span, from the start of the run.
  std::int64_t span_ns = 0;  ///< Its length.
  std::uint32_t phase = 0;   ///< Index of the phase that it fell in.
  std::array<std::int64_t, kWorkerGauges> worker{};
  std::vector<PopulationNumbers> populations;

  explicit Snapshot(const Layout& layout);
  Snapshot() = default;

  /// The same span of another worker: everything is added, gauges too.
  void add_worker(const Snapshot& other);
  /// A later span: counters and histograms are added, gauges and the end of the span are the later one's, spans add up.
  void add_span(const Snapshot& later);
  /// Empties counters and histograms and keeps memory and gauges.
  void clear();

  /// All populations as one, whose only tool is all their tools. Merges every histogram: for a scrape, a screen, an
  /// end.
  PopulationNumbers whole() const;
  std::int64_t whole(Gauge gauge) const;  ///< One number of it, for those who look at each second of a run.

  std::int64_t& operator[](WorkerGauge g) { return worker[static_cast<std::size_t>(g)]; }
  std::int64_t operator[](WorkerGauge g) const { return worker[static_cast<std::size_t>(g)]; }
};

/// Compact bytes: zeros cost a bit or nothing. `decode_snapshot` returns false for bytes that are not one snapshot of
/// this layout, written in the order of `wording`; it never reads beyond them and allocates no more than the layout
/// asks for.
void encode_snapshot(const Snapshot& snapshot, std::string& out);
bool decode_snapshot(const Layout& layout, std::string_view bytes, Snapshot& out,
                     const Wording& wording = Wording::own());

}  // namespace weir::reports::load
