#include "loadgen/stream/polled.hpp"

#include <algorithm>

namespace weir::loadgen {

using reports::load::EndReason;

namespace {

/// What belongs to the opening comes within so long; and a farewell is no older.
constexpr Nanos kAtOnce = kSecond;

}  // namespace

bool ends_to_be_polled(const StreamState& state, const Observation& observation, EndReason reason,
                       std::int64_t now_ns) {
  const std::int64_t silence_ns = now_ns - state.last_byte_ns;
  const Nanos at_once = std::min(kAtOnce, observation.idle_cut_after / 2);
  switch (reason) {
    case EndReason::clean_end:
      return !is_idle_cut(state, observation, silence_ns) || state.last_byte_ns - state.held_ns <= at_once;
    case EndReason::close_delimited_eof:
      return state.asked_back && silence_ns <= at_once;
    default:
      return false;
  }
}

}  // namespace weir::loadgen
