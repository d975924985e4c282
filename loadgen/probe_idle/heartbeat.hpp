// The server's own heartbeat: what it sends on a stream that has nothing to say, and how often.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "wire/sse/sse.hpp"

namespace weir::loadgen {

enum class BeatKind {
  comment,       ///< ": ping"
  ping_event,    ///< An event without a JSON-RPC message, such as `event: ping`.
  ping_request,  ///< A JSON-RPC request `ping`, which wants an answer.
  notification,  ///< Any JSON-RPC notification that comes at a steady pace.
};
std::string_view to_string(BeatKind kind);

struct Heartbeat {
  BeatKind kind{};
  double period_s = 0;       ///< Median of the gaps.
  double jitter_s = 0;       ///< The largest distance of a gap from the period.
  double largest_gap_s = 0;  ///< Between two of them on one stream, or from the latest until now.
  std::size_t gaps = 0;      ///< How many were seen.
  bool ceased = false;       ///< On a stream that is open two periods and a half have passed without one.
};

namespace idle {

/// Something that may be a heartbeat, `at_s` after its stream opened.
struct Beat {
  std::size_t stream = 0;
  double at_s = 0;
  BeatKind kind{};
};

/// What an item of a stream may be as a heartbeat; nullopt for answers, endpoint events and what is no item of its own.
std::optional<BeatKind> beat_kind(const wire::SseItem& item);

/// How long a stream has been open.
struct OpenStream {
  std::size_t stream = 0;
  double age_s = 0;
};

/// The kind that comes at a steady pace, the most frequent of several; nullopt where none has come again and again. On
/// streams that are `open` the gap that goes on counts as well.
std::optional<Heartbeat> find_heartbeat(const std::vector<Beat>& beats, const std::vector<OpenStream>& open = {});

}  // namespace idle
}  // namespace weir::loadgen
