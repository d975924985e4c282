// One step of a held stream, without its socket: what a read brought goes through the framing and the event scan into
// the numbers of its population. Bytes and times come in, so that it is tested and measured with invented ones.
//
// Times are the kernel's: a read is as old as its last segment, not as its reader. The events of one read share that
// stamp, which for all but the last of them is an upper bound of their arrival.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "loadgen/net/exchange.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/stream/event_id.hpp"
#include "loadgen/stream/sequence.hpp"
#include "reports/measure/snapshot.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/http/chunk_scan.hpp"
#include "wire/json/json_scan.hpp"
#include "wire/sse/sse_scan.hpp"

namespace weir::loadgen {

/// What a stream's population wants observed; filled once at the start of the worker.
struct Observation {
  reports::load::PopulationNumbers* numbers = nullptr;  ///< Outlives the streams.
  std::optional<wire::JsonPointer> sequence;            ///< Numbers are judged as sequence.hpp says.
  std::optional<wire::JsonPointer> sent_at;
  Nanos idle_cut_after = 0;
  Nanos silence_limit = 0;
  Nanos coalesce_gap = 0;
  bool ids = true;               ///< Event ids are kept for Last-Event-ID.
  bool sequence_of_ids = false;  ///< Event ids that are numbers are judged as sequence.hpp says.
  /// On average our calls come so far apart on one stream, and may be what its events are about; 0: there are none.
  Nanos call_gap = 0;
  bool mcp = true;  ///< Data is looked at as JSON-RPC: StreamOwner::event is called, a ping is a heartbeat.
};

class StreamOwner {
 public:
  /// An event with data on the held stream, before the read goes on; the view dies with the call. For mcp populations
  /// every event, for others none. The stream may be closed from within.
  virtual void event(std::uint32_t slot, const wire::SseEventView& event, std::int64_t arrived_ns) = 0;
  virtual void retry(std::uint32_t slot, std::uint64_t milliseconds) = 0;
  /// Whether the stream has brought what it was opened for: its end is none of a stream that was to stay.
  virtual bool is_complete(std::uint32_t /*slot*/) const { return false; }
  /// Whether the server has sent what it takes to come back to the stream when it ends it, and we would.
  virtual bool asks_to_be_polled(std::uint32_t /*slot*/) const { return false; }
  /// The stream is gone and its descriptor closed; counted already, where it was held. Not called for close().
  virtual void ended(std::uint32_t slot, reports::load::EndReason reason) = 0;

 protected:
  ~StreamOwner() = default;
};

/// What one stream needs while it waits for bytes.
struct StreamState {
  /// By `framing`; Framing::close needs nothing.
  union Body {
    Body() : chunks() {}
    wire::ChunkScan chunks;
    std::uint64_t left;
  } body;
  wire::SseScan events;
  std::int64_t held_ns = 0;  ///< Loop time.
  std::int64_t last_byte_ns = 0;
  std::int64_t last_heartbeat_ns = 0;  ///< 0: none yet.
  Sequence sequence;
  EventId id;
  std::uint32_t longest_gap = 0;            ///< Between bytes, in units of kGapUnitNs.
  std::uint32_t opened_in_us = 0;           ///< From the start of the attempt to held_ns.
  std::uint32_t longest_heartbeat_gap = 0;  ///< As longest_gap.
  std::uint32_t longest_event_gap = 0;      ///< Likewise, the server's pings left out.
  std::uint32_t last_event = 0;             ///< In the same units; where there are gaps, or had_event.
  std::uint8_t event_gaps = 0;              ///< How many, up to its largest value.
  std::uint8_t population = 0;
  Framing framing = Framing::chunked;
  bool in_handshake : 1 = false;
  bool had_event : 1 = false;
  bool asked_back : 1 = false;   ///< `retry` came with the last bytes.
  bool spoke : 1 = false;        ///< Something came.
  bool timed_event : 1 = false;  ///< last_event is one.
  bool renumbered : 1 = false;   ///< The next number says whether `sequence` goes on: it may be that of a new stream.
  std::uint8_t heartbeats : 2 = 0;  ///< Whole gaps between them, as many as it takes to know a rhythm.

  static constexpr unsigned kGapUnitShift = 20;  ///< Of nanoseconds: about a millisecond.
};
static_assert(sizeof(StreamState) <= 104);

/// Begins a stream that was handed over at `now_ns`. Sequence and id stay as they are.
void begin_stream(StreamState& state, const Handover& handover, bool in_handshake, std::int64_t now_ns);

struct StreamRead {
  std::string_view bytes;
  std::int64_t arrived_ns = 0;           ///< Loop time.
  std::int64_t arrived_realtime_ns = 0;  ///< The same moment since the epoch.
  std::int64_t lag_ns = -1;              ///< From the kernel's stamp to our reading; -1: it gave none.
};

/// The part of a stream's life that is bytes, for all streams of a worker.
class StreamStep {
 public:
  explicit StreamStep(StreamOwner& owner) : owner_(owner) {}

  enum class Result : std::uint8_t { open, clean_end, malformed, stopped };
  /// Calls the owner for what it hears of. `stopped`: the owner had stop() called, the state was not touched since.
  Result read(std::uint32_t slot, StreamState& state, const Observation& observation, const StreamRead& read);
  /// The state of `slot` is about to be dropped, perhaps from within a read of it.
  void stop(std::uint32_t slot, StreamState& state);

  EventIds& ids() { return ids_; }
  const EventIds& ids() const WEIR_LIFETIME_BOUND { return ids_; }
  std::size_t bytes() const { return carries_.bytes() + ids_.bytes(); }

 private:
  class Run;
  StreamOwner& owner_;
  wire::SseCarries carries_;
  EventIds ids_;
  Run* running_ = nullptr;  // The innermost of the reads under way.
};

/// When a stream with an event had its latest, to the millisecond.
std::int64_t last_event_ns(const StreamState& state, std::int64_t now_ns);

/// What the transport said when the stream's connection ended without our doing.
enum class Cut : std::uint8_t { fin, reset, tls };
/// Whether an end after such a silence may be an idle cut: it is at least idle_cut_after, and the stream had not lived
/// through as long a one before (reports/judge/cut_off.hpp).
bool is_idle_cut(const StreamState& state, const Observation& observation, std::int64_t idle_ns);
/// The class of an end without the server's own word at `now_ns`: an idle cut where it may be one.
reports::load::EndReason end_of(const StreamState& state, const Observation& observation, Cut cut, std::int64_t now_ns);

/// Counts the end of a stream, and settles its sequence. Of one that is still in its handshake only the latter. A gap
/// that was open counts where it is the longest of the stream: it was so long, or would have been longer. A gap between
/// heartbeats counts so only beside a whole one. A stream that we close has ceased where it had a rhythm of heartbeats,
/// or of events, and was silent for many times as long as ever before: nobody closed it, and nobody sends on it any
/// more. Events come by chance as well: of n gaps and a silence, independent and alike, the silence is longer than six
/// times the longest gap in one of C(n + 6, 6) cases, 18,564 for the twelve that are asked for.
void count_end(StreamState& state, const Observation& observation, reports::load::EndReason reason,
               std::int64_t now_ns);

}  // namespace weir::loadgen
