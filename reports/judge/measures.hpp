// The numbers that thresholds may ask for: one table is the names, the documentation and how each is read off.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/judge/format.hpp"
#include "reports/judge/results.hpp"
#include "wire/base/duration.hpp"

namespace weir::reports::load {

/// What a measure looks at: a span of time, some of the populations, some of their tools. It adds up one number at a
/// time, where Snapshot::whole() adds all of them: a threshold needs one, and asks in each phase.
struct Scope {
  const PhaseResult* span = nullptr;
  std::vector<const PopulationNumbers*> populations;
  std::vector<const ToolNumbers*> tools;
  OpenRange open;
  std::string_view held = "stream";  ///< What is held and counted as such: "session" where all of them are.
  bool everything = true;            ///< All populations: what belongs to the workers as a whole can be said.

  double seconds() const { return wire::seconds_of(span->numbers.span_ns); }
  std::uint64_t sum(Counter counter) const;
  std::uint64_t ends(EndReason reason) const;
  std::uint64_t drops() const;
  /// Streams that could have been dropped: those that were open at the start, and those that were opened since.
  std::uint64_t at_risk() const;
  double stream_hours() const;
  std::uint64_t open_failures() const;
  std::uint64_t failed(OpenFailure failure) const;  ///< Those of one kind.
  std::uint64_t outcome(CallOutcome outcome) const;
  std::uint64_t dropped(DropCause cause) const;
  /// Calls of which it is known what became of them, those included that could not be sent.
  std::uint64_t calls_judged() const;
  Histogram timer(Timer timer) const;
  std::uint64_t longest(Open what) const;  ///< Of what went on in any second; nanoseconds.
  Histogram connect(ConnectPhase phase) const;
  /// Ages of the streams that were dropped; where there is none, of those that ended rightly.
  Histogram age() const;
  Histogram call_latency() const;
};
/// "session" where sessions are all that populations of the layout hold; else "stream".
std::string_view held_of(const Layout& layout, const Snapshot& numbers, std::string_view population = {});
/// `population` and `tool` may be empty for all.
Scope scope_of(const PhaseResult& span, const Layout& layout, std::string_view population, std::string_view tool);

/// Streams that never brought a byte while nine of ten that we closed did; 0 where it is no exception.
std::uint64_t few_mute(const Scope& scope);
/// "50 streams were asked to come back in 1 h, after the run", or "".
std::string describe_late_polls(const Scope& scope);
/// "50 streams came back without an id: what they missed is not counted".
std::string describe_blind(const Scope& scope);

struct Measured {
  double value = 0;
  std::string basis;  ///< "21 of 10,000 streams"
};

/// A measure by its name; nullopt where there is none of that name.
struct MeasureRef {
  std::string name;
  Unit unit = Unit::count;
  std::size_t row = 0;
  bool distribution = false;
  double quantile = -1;  ///< 0..1; -1: `stat` is max, min or mean.
  std::string_view stat;
};
std::optional<MeasureRef> find_measure(std::string_view name);
/// nullopt: nothing was measured that could tell.
std::optional<Measured> evaluate(const MeasureRef& measure, const Scope& scope);

/// Every name that may be written, the usual percentiles included: for "did you mean".
std::vector<std::string> measure_names();
std::string nearest_measure(std::string_view wrong);

struct MeasureRow {
  std::string name;
  Unit unit;
  std::string help;
};
std::vector<MeasureRow> measure_rows();

}  // namespace weir::reports::load
