// The held streams of a worker: a slab of small structs, one for each slot that has a stream. A stream that waits for
// bytes owns no buffer; an event costs no allocation. What is measured here: gaps between bytes and between heartbeats,
// events and their sequence, delivery delay, coalescing, age and silence at the end, and the class of the end.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "loadgen/net/exchange.hpp"
#include "loadgen/net/wheel.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "reports/load/snapshot.hpp"
#include "wire/chunk_scan.hpp"
#include "wire/sse_scan.hpp"

namespace weir::loadgen {

/// What a stream's population wants observed; filled once at the start of the worker.
struct Observation {
  reports::load::PopulationNumbers* numbers = nullptr;  ///< Outlives the streams.
  std::optional<wire::JsonPointer> sequence;
  std::optional<wire::JsonPointer> sent_at;
  Nanos idle_cut_after = 0;
  Nanos silence_limit = 0;
  Nanos coalesce_gap = 0;
  bool ids = true;  ///< Event ids are kept for Last-Event-ID, and judged as a sequence where they are numbers.
  bool mcp = true;  ///< Data is looked at as JSON-RPC: `message` below is called.
};

/// Sequence and identity that outlive one connection of a slot: after a resume, the numbers go on.
struct Continuity {
  std::int64_t last_sequence = INT64_MIN;  ///< INT64_MIN: none yet.
  bool resumed = false;                    ///< The server was asked to go on after the last id.
};

class StreamOwner {
 public:
  /// An event with data on the held stream, before the read goes on; the view dies with the call. For mcp populations
  /// every event, for others none. The stream may be closed from within.
  virtual void event(std::uint32_t slot, const wire::SseEventView& event, std::int64_t arrived_ns) = 0;
  virtual void retry(std::uint32_t slot, std::uint64_t milliseconds) = 0;
  /// The stream is gone and its descriptor closed; counted already, where it was held. Not called for close().
  virtual void ended(std::uint32_t slot, reports::load::EndReason reason) = 0;

 protected:
  ~StreamOwner() = default;
};

class Streams final : public Ready {
 public:
  Streams(Loop& loop, Channels& channels, StreamOwner& owner, std::vector<Observation> populations);
  ~Streams();

  /// Takes the connection and holds it. `slot` is the caller's numbering, small and dense; it has no stream now. Bytes
  /// that came with the head are processed before it returns (events may be called from within, and the end). False
  /// when the loop cannot watch it (the channel is then closed). Counter::streams_opened and the gauges are the
  /// caller's; ConnectPhase::first_event is counted here, from handover.times.started_ns.
  /// `in_handshake`: events are handed out, but an end is not counted (ends, age) until through() was called: a stream
  /// that never got through its handshake was never held.
  bool adopt(std::uint32_t slot, std::uint32_t population, Handover&& handover, const Continuity& continuity,
             bool in_handshake = false);
  /// The handshake on the slot's stream is through: it is held from now on, and its age begins.
  void through(std::uint32_t slot);
  /// We close it: counted as EndReason::client, or not at all where it never got through its handshake.
  void close(std::uint32_t slot, Channels::How how = Channels::How::orderly, bool counted = true);
  bool held(std::uint32_t slot) const;

  Continuity continuity(std::uint32_t slot) const;  ///< As of its latest stream.
  std::string_view last_event_id(
      std::uint32_t slot) const;               ///< Empty where there was none; until the slot's next event.
  void forget_continuity(std::uint32_t slot);  ///< A fresh session: no id, no sequence.

  /// Silence limits and byte gaps that are still open. Called about ten times a second; cheap.
  void tick(std::int64_t now_ns);
  std::size_t count() const;
  /// User memory of all slots and shared buffers, for the report.
  std::size_t bytes() const;

  void ready(std::uint32_t slot, std::uint32_t events) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::loadgen
