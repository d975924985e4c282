// All seconds of a run for its reports, in bounded memory: kept encoded, and neighbours of one phase merged when they
// become too many.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::loadgen {

class History {
 public:
  /// `most`: spans that are handed out at most, as far as there are fewer phases than that.
  History(reports::load::Layout layout, std::size_t most);
  void add(const reports::load::Snapshot& second);
  std::vector<reports::load::Snapshot> all();
  std::size_t size() const { return spans_.size(); }

  /// For this layout, so that all() stays below a few hundred megabytes.
  static std::size_t most_for(const reports::load::Layout& layout);

 private:
  struct Span {
    std::uint32_t phase = 0;
    std::string bytes;
  };
  reports::load::Snapshot decode(const Span& span) const;
  void thin();

  reports::load::Layout layout_;
  std::size_t most_;
  std::vector<Span> spans_;
};

}  // namespace weir::loadgen
