#include "loadgen/supervise/history.hpp"

#include <algorithm>

namespace weir::loadgen {

using namespace reports::load;

History::History(Layout layout, std::size_t most) : layout_(std::move(layout)), most_(std::max<std::size_t>(2, most)) {}

std::size_t History::most_for(const Layout& layout) {
  return std::max<std::size_t>(200, kTimelinePoints / std::max<std::size_t>(1, layout.populations.size()));
}

void History::add(const Snapshot& second) {
  Span span{second.phase, {}};
  encode_snapshot(second, span.bytes);
  spans_.push_back(std::move(span));
  if (spans_.size() > 2 * most_) { thin(); }
}

Snapshot History::decode(const Span& span) const {
  Snapshot snapshot(layout_);
  decode_snapshot(layout_, span.bytes, snapshot);
  return snapshot;
}

/// Two become one, within a phase: what is counted stays exact. Of a gauge only the later value stays, so that the
/// least and the most open streams of a thinned run may be missed; plots become coarser.
void History::thin() {
  std::vector<Span> kept;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    if (i + 1 < spans_.size() && spans_[i].phase == spans_[i + 1].phase) {
      auto both = decode(spans_[i]);
      both.add_span(decode(spans_[i + 1]));
      Span merged{both.phase, {}};
      encode_snapshot(both, merged.bytes);
      kept.push_back(std::move(merged));
      ++i;
    } else {
      kept.push_back(std::move(spans_[i]));
    }
  }
  spans_ = std::move(kept);
}

std::vector<Snapshot> History::all() {
  if (spans_.size() > most_) { thin(); }
  std::vector<Snapshot> seconds;
  seconds.reserve(spans_.size());
  for (const auto& span : spans_) { seconds.push_back(decode(span)); }
  return seconds;
}

}  // namespace weir::loadgen
