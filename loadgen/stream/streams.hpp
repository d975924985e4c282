// The held streams of a worker: a slab of small structs, one for each slot that has a stream. A stream that waits for
// bytes owns no buffer; an event costs no allocation. What is measured here: gaps between bytes and between heartbeats,
// events and their sequence, delivery delay, coalescing, age and silence at the end, and the class of the end; what a
// read means is stream_step.hpp's.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "loadgen/net/exchange.hpp"
#include "loadgen/stream/stream_step.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::loadgen {

/// Sequence and identity that outlive one connection of a slot: after a resume, the numbers go on.
struct Continuity {
  std::int64_t last_sequence = INT64_MIN;  ///< INT64_MIN: none yet.
  bool resumed = false;                    ///< The server was asked to go on after the last id.
  bool same_session = false;               ///< It was not, but what it numbers may be of the session.
  bool unknown = false;                    ///< Nothing tells whether the numbers go on, or begin anew.
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
  /// Loop time of the last byte of the slot's latest stream, or of its adoption; INT64_MIN where there was none.
  std::int64_t last_byte_ns(std::uint32_t slot) const;

  Continuity continuity(std::uint32_t slot) const;  ///< As of its latest stream.
  /// Empty where there was none; until the slot's next event.
  std::string_view last_event_id(std::uint32_t slot) const WEIR_LIFETIME_BOUND;
  void forget_continuity(std::uint32_t slot);  ///< A fresh session: no id, no sequence.

  /// Gives up streams that were silent for their silence limit: half-open. Called about ten times a second; cheap.
  void tick(std::int64_t now_ns);
  /// Says how many held streams are silent, and what gaps are open, in the numbers of their populations. Looks at every
  /// stream: once a second.
  void look(std::int64_t now_ns) const;
  /// How far apart our calls come on one stream of the population (Observation::call_gap).
  void expect_calls(std::uint32_t population, Nanos gap);

  std::size_t count() const;
  /// User memory of all slots and shared buffers, for the report; what Channels and Loop keep is theirs.
  std::size_t bytes() const;

  void ready(std::uint32_t slot, std::uint32_t events) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::loadgen
