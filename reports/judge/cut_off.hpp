// Whether many ends of streams were one clock's, and what it counted: silence, or age. The one judge of it, for a probe
// that has every stream's life before it and for a load run that has histograms of them. Pure; all times in seconds.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace weir::reports {

/// How finely the answer is wanted: `resolution_s`, or `relative` of the value where that is more.
struct Precision {
  double resolution_s = 1;
  double relative = 0.02;
  double tolerance_s(double value_s) const;
};

/// Values that lie within one tolerance of each other.
struct Cluster {
  double low = 0;
  double high = 0;
  std::uint64_t count = 0;
  bool holds(double value) const { return count > 0 && value >= low && value <= high; }
};

/// A value, and how often it was met.
struct Weighted {
  double value = 0;
  std::uint64_t count = 1;
};

/// The largest such group; of two equally large ones, the lower.
Cluster densest(std::vector<Weighted> values, const Precision& precision);

/// A silence that a stream did not survive says nothing where the same stream had lived through as long a one before.
bool lived_through(double silence_s, double longest_gap_s, const Precision& precision);

/// Ends without the server's own word: the same ones as silences before them, as ages, and as moments.
struct Ends {
  std::vector<Weighted> silences, ages, moments;
  std::uint64_t needed = 3;  ///< So many have to agree.
  /// How exactly moments, ages and silences are known; 0: no better than the precision.
  double known_within_s = 0;
  /// Most of these streams had lived through as long a silence before.
  std::function<bool(const Cluster& silences)> silence_refuted;
  /// A stream that was not as silent has become older.
  std::function<bool(const Cluster& ages)> age_refuted;
};

struct CutOff {
  enum class Kind : std::uint8_t {
    none,            ///< Too few ended, or they agree in nothing.
    at_once,         ///< As soon as they were open.
    simultaneous,    ///< At one moment, whatever their silence and age: a restart.
    silence,         ///< After one silence.
    age,             ///< At one age.
    silence_or_age,  ///< They were silent all their life: either.
  };
  Kind kind = Kind::none;
  Cluster cluster;  ///< Of ages for at_once and age, of silences else. For none, the count alone: so many agreed.
};

CutOff judge_ends(const Ends& ends, const Precision& precision);

}  // namespace weir::reports
