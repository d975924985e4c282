// Judging what an endpoint sent may take longer than receiving it: it ends with the run, and says so.
#pragma once

#include <atomic>
#include <stdexcept>

#include "wire/http/run_bounds.hpp"

namespace weir::conformance {

/// Thrown by whoever has no time left to judge; what was not judged to its end is untestable.
struct JudgingCutShort : std::runtime_error {
  JudgingCutShort();
};

/// When nobody goes on judging: a moment after all asking has ended, or after the run was interrupted. Open to all
/// threads.
class JudgingEnd {
 public:
  bool passed(const wire::RunBounds& run);
  /// Throws where it has passed.
  void keep(const wire::RunBounds& run);

 private:
  std::atomic<wire::Clock::rep> interrupted_{0};  ///< When that was seen first.
};

/// The items of a range, one after the other, as long as there is time for the next one.
template <class Range>
class InTime {
 public:
  InTime(const Range& range, JudgingEnd& end, const wire::RunBounds& run) : range_(range), end_(end), run_(run) {}

  class Iterator {
   public:
    Iterator(typename Range::const_iterator at, const InTime& of) : at_(at), of_(of) {}
    decltype(auto) operator*() const { return *at_; }
    Iterator& operator++() {
      of_.end_.keep(of_.run_);
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    typename Range::const_iterator at_;
    const InTime& of_;
  };
  Iterator begin() const { return {range_.begin(), *this}; }
  Iterator end() const { return {range_.end(), *this}; }

 private:
  const Range& range_;
  JudgingEnd& end_;
  const wire::RunBounds& run_;
};

}  // namespace weir::conformance
