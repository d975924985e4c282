// A run as points for plots, in bounded memory: a long run has several seconds in a point, all points equally many.
// Nothing is judged by it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// One point of it.
Point point_of(const Layout& layout, const Snapshot& span);

class Timeline {
 public:
  explicit Timeline(const Layout& layout);
  Timeline(Layout layout, std::size_t points);
  void add(const Snapshot& second);
  std::vector<Point> points() const;  ///< At most so many, and the one that is not full.

 private:
  Snapshot decode(std::size_t span) const;
  void halve();

  Layout layout_;
  std::size_t most_;                ///< Spans that are kept: fewer than twice the points.
  std::size_t seconds_ = 1;         ///< In a span.
  std::vector<std::string> spans_;  ///< Encoded: a tenth of the memory.
  std::optional<Snapshot> latest_;  ///< The span that is not full.
  std::size_t latest_seconds_ = 0;
};

}  // namespace weir::reports::load
