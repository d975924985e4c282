// A run as the sequence of what happened in it. The supervisor tells it as it happens, the reader of a journal tells it
// again; who listens cannot tell the two apart, and comes to the same results.
#pragma once

#include <cstdint>
#include <string>

#include "reports/measure/run_info.hpp"
#include "reports/measure/snapshot.hpp"

namespace weir::reports::load {

/// Something that happened at a time: "worker 3 died (signal 9), 412 streams lost", "journal: no space left".
struct Incident {
  std::int64_t at_ns = 0;
  std::string text;
  bool operator==(const Incident&) const = default;
};

enum class StepVerdict : std::uint8_t {
  passed,
  failed,
  inconclusive,  ///< The generator could not keep up: what the target can do is not known.
};

/// A step of a search for the largest load, as it was judged at its end: by that the search went on.
struct SearchStep {
  std::int64_t streams = 0;
  StepVerdict verdict = StepVerdict::failed;
  std::string limited_by;  ///< Of a step that did not pass: the threshold's text, or what was short.
  bool operator==(const SearchStep&) const = default;
};

/// When the streams were begun to be closed.
struct Closing {
  std::int64_t at_ns = 0;
  bool cut_short = false;  ///< Within a phase, which did not come to its end.
  bool operator==(const Closing&) const = default;
};

class RunEvents {
 public:
  virtual void begin(const PhaseInfo& phase) = 0;  ///< Before its first second; its end is not known yet.
  virtual void second(const Snapshot& second) = 0;
  virtual void incident(const Incident& incident) = 0;
  /// Why the run says nothing about the target, where the numbers do not show it.
  virtual void invalid(const Incident& why) = 0;
  virtual void judged(const SearchStep& step) = 0;  ///< Of the phase that was begun last.
  virtual void closing(const Closing& closing) = 0;
  /// Last of all: the run came to its end by itself, `interrupted` or not. Never told of one that was killed.
  virtual void end(bool interrupted) = 0;

 protected:
  ~RunEvents() = default;
};

}  // namespace weir::reports::load
