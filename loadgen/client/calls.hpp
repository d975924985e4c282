// Open-loop calls beside the held streams, MCP or plain HTTP. Each call is due at its time whatever became of earlier
// ones, its latency counts from then, and it comes out in exactly one class; a second answer and an answer on somebody
// else's stream are named.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "loadgen/client/actors.hpp"
#include "loadgen/client/pacer.hpp"

namespace weir::loadgen {

struct CallsOptions {
  std::vector<PopulationRun> populations;
  std::uint32_t share = 0, shares = 1;  ///< This worker's part of every rate: share of shares.
  std::uint64_t seed = 1;
  std::size_t in_flight_most = limits::kCallsInFlight;
  std::int64_t duplicate_window_ns = 5 * kSecond;  ///< So long after an answer a second one is still looked for.
};

class Calls final : public CallListener, public ExchangeOwner {
 public:
  /// `numbers` has, for each population, a tool for each of its calls in their order. What a call came to is defined in
  /// call_ledger.hpp. Nothing is sent until scale() was called; actors.listen(*this) is the caller's to do.
  Calls(Actors& actors, Exchanges& exchanges, CallsOptions options, reports::load::Snapshot& numbers);
  ~Calls();

  /// Of plain HTTP calls; the others have those of the actors.
  void set_credentials(const Credentials& credentials);
  /// From `at_ns` (loop time) on all rates are multiplied by `scale`; 0 stops new calls.
  void scale(std::int64_t at_ns, double scale);
  /// No new calls: what is under way is waited for, and the run is about to end.
  void cease(std::int64_t at_ns);
  /// Sends what is due, times out what is overdue.
  void tick(std::int64_t now_ns);
  std::int64_t next_ns() const;
  std::size_t in_flight() const;
  /// Counts what is still in flight as the ledger says or, intended but not sent, as dropped.
  void stop();

  // CallListener
  void answered(const CallAnswer& answer) override;
  void slot_lost(std::uint32_t slot) override;
  // ExchangeOwner
  void finished(Ticket ticket, Outcome&& outcome) override;
  void handed_over(Ticket ticket, Handover&& handover) override;
  void event(Ticket ticket, const wire::SseEvent& event, std::int64_t arrived_ns) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::loadgen
