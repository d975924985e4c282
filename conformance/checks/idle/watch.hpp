// An idle stream, watched: what it says of itself while nobody asks for anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/ask/common.hpp"
#include "conformance/ask/hops.hpp"

namespace weir::conformance {

/// Without --hold a stream is watched for so long, or until two heartbeats have come.
inline constexpr std::chrono::milliseconds kQuickWatch{4000};

/// What a heartbeat can be. In the order in which a verdict names them.
enum class BeatKind {
  comment,       ///< ": keep-alive"
  ping_request,  ///< A JSON-RPC request `ping` of the server.
  empty_event,   ///< An event without data.
  data_event,    ///< An event whose data is no JSON-RPC: sse.data.json-rpc judges that.
};
std::string_view to_string(BeatKind kind);

struct Beat {
  BeatKind kind{};
  double at_s = 0;  ///< After the watch began.
};

struct IdleWatch {
  wire::Exchange exchange;  ///< As it stood at the end; body and items included.
  double watched_s = 0;
  std::vector<Beat> beats;      ///< By arrival: what comes together counts once.
  int messages = 0;             ///< Other JSON-RPC messages: no heartbeats, but bytes all the same.
  double longest_gap_s = 0;     ///< Without a byte, the time since the last one at the end of the watch included.
  double gap_before_end_s = 0;  ///< The last of those gaps.
  double age_s = 0;             ///< Of the stream at the end of the watch, from before its request.
  /// After --hold, of a stream that is open: how it showed that it brings nothing any more, while a fresh one does.
  std::string deaf;
  std::string doubt;  ///< The same, where a fresh stream brought nothing either.

  bool ended() const { return exchange.end != wire::EndClass::open; }
  /// A hop that counts silence cannot have cut a stream which was silent for longer before.
  bool ended_by_age() const;
  /// It had a heartbeat, and has been silent since for much longer than ever between two beats.
  bool beats_stopped() const;
  /// From one beat to the next; 0 with less than two.
  double period_s() const;
  double longest_interval_s() const;
  double jitter_s() const;  ///< The largest deviation from the period.
  /// "a comment every 15.0 s (+-0.1)", "one comment after 3.2 s", "no byte in 4.0 s"
  std::string describe() const;
};

/// What there is to say instead of a watch: no stream, no conversation.
using WatchOrFinding = tl::expected<IdleWatch, Finding>;

/// Opens the stream of the probe's era on which the server speaks by itself (http-sse: that of a conversation;
/// streamable: GET; stateless: subscriptions/listen) and watches it: with --hold so long, else quick: until two
/// heartbeats, kQuickWatch, or somewhat more than the profile's idle budget have gone by. The server's pings are
/// answered. Where there is no stream to watch, that is not applicable or untestable: other checks judge it.
/// With --hold it may be asked at the end whether it still brings anything: open is not yet alive.
enum class AtEnd { look, ask };
WatchOrFinding watch_idle_stream(Probe& probe, AtEnd at_end = AtEnd::look);

/// How long watch_idle_stream() watches at most.
std::chrono::milliseconds watch_span(const Probe& probe);

}  // namespace weir::conformance
