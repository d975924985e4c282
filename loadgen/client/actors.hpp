// The clients of a worker. An actor is a slot with a life: it opens a stream as a good client of its era would
// (handshake, session, headers), holds it, answers the server's requests, and after an end waits with full jitter and
// comes back, resumed where the revision allows it, initialised anew where its session is gone. It is always in exactly
// one state, and that state has a live socket or a deadline: checked each second.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/net/exchange.hpp"
#include "loadgen/scenario/credentials.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/stream/streams.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::loadgen {

/// One population as a worker runs it.
struct PopulationRun {
  Population plan;  ///< `stream` and `revision` are resolved, never automatic.
  Destination* destination = nullptr;
  std::uint32_t index = 0;  ///< Into layout and snapshot.
  /// Its endpoint; absent where that is the destination's. Populations of one origin share a destination.
  std::optional<wire::Url> own_url;

  const wire::Url& url() const WEIR_LIFETIME_BOUND;
};

/// The answer to a call, wherever it came: the POST's body, the POST's stream, or the held stream.
struct CallAnswer {
  std::uint64_t id = 0;      ///< The JSON-RPC id that the call was sent with.
  std::uint32_t slot = 0;    ///< On whose stream, or for whose POST, it came.
  std::string_view message;  ///< The whole JSON-RPC message; dies with the call.
  std::int64_t arrived_ns = 0;
};

/// Who makes the calls (calls.hpp). The actors know sessions and streams, it knows schedules and outcomes.
class CallListener {
 public:
  /// Ids at or above kFirstCallId are calls.
  virtual void answered(const CallAnswer& answer) = 0;
  /// The slot's stream or session is gone: in the http-sse era nothing more can be answered on it.
  virtual void slot_lost(std::uint32_t slot) = 0;

 protected:
  ~CallListener() = default;
};
inline constexpr std::uint64_t kFirstCallId = 1'000'000;

struct ActorsOptions {
  std::vector<PopulationRun> populations;
  std::uint64_t seed = 1;  ///< Of this worker.
  std::size_t opening_at_once = limits::kOpeningAtOnce;
  std::function<void(std::uint64_t generation)>
      token_refused;                           ///< A 401 to the current token; asked once a generation.
  std::function<void(std::string text)> note;  ///< Something for the incidents of the run; each kind is said once.
};

class Actors final : public StreamOwner, public ExchangeOwner {
 public:
  /// `numbers` has a PopulationNumbers for each population and outlives the actors.
  Actors(Loop& loop, Channels& channels, Exchanges& exchanges, ActorsOptions options, reports::load::Snapshot& numbers);
  ~Actors();

  void set_credentials(const Credentials& credentials);
  void listen(CallListener& listener);

  /// One more stream of the population, intended for `intended_ns` (loop time). It is opened now, or as soon as fewer
  /// than opening_at_once are under way.
  void add(std::uint32_t population, std::int64_t intended_ns);
  /// One stream fewer: the one that was opened last, or one that waits; counted as closed by us.
  void remove(std::uint32_t population);
  /// Churn: closes a random held stream and opens another in its place at once, with a new session.
  void churn(std::uint32_t population);
  /// Everybody who is held now drops (RST or FIN as `how` says), a few hundred each turn, and comes back by his
  /// reconnect policy, as after a deploy.
  void drop_all(Channels::How how);
  /// Ends everything: streams counted as closed and handed to Channels::close_some(), which the caller calls, sessions
  /// DELETEd where that can be done until `deadline_ns`; nothing comes back.
  void stop(std::int64_t deadline_ns);
  bool stopped() const;

  /// So many calls are made beside the population's streams, as far as this worker makes them.
  void expect_calls(std::uint32_t population, double per_second);
  /// When the run ends (loop time); INT64_MAX: nobody knows.
  void expect_end(std::int64_t at_ns);

  std::int64_t wanted(std::uint32_t population) const;  ///< add() minus remove().

  // For calls ---------------------------------------------------------------------------------------------------------
  /// A held slot of the population, rotating over all of them; UINT32_MAX where there is none.
  std::uint32_t pick(std::uint32_t population);
  /// The bytes of a POST that carries `body` in the slot's session, and where to; with credentials and the headers of
  /// the revision (`method`, `name` as 2026-07-28 wants them in headers). The plan's timeouts are the caller's to fill.
  ExchangePlan make_post(std::uint32_t slot, std::string_view body, std::string_view method, std::string_view name);
  /// The GET that takes up the stream of a call's answer, which the server ended behind this event id so as to be
  /// polled. nullopt where the slot's revision knows no polling (before 2025-11-25), or the id cannot be sent.
  std::optional<ExchangePlan> make_resume(std::uint32_t slot, std::string_view last_event_id);
  /// The answer to a POST comes on the held stream (http-sse) instead of in its response.
  bool answers_on_stream(std::uint32_t slot) const;
  /// When the slot's stream last brought a byte (loop time).
  std::int64_t heard_ns(std::uint32_t slot) const;
  /// What a call's POST told about the session: 404 means that it is gone (initialised anew), 401 that the token is.
  /// `sent_ns` (loop time): a call that was sent before the slot had what it has now says nothing of it.
  void refused(std::uint32_t slot, int status, std::int64_t sent_ns);

  /// Says what goes on and has not ended, in the numbers: gaps, silent streams, ways back. Once a second.
  void look(std::int64_t now_ns) const;

  /// Deadlines, reconnects, the invariant, gauges. To be called each turn of the loop.
  void tick(std::int64_t now_ns);
  std::int64_t next_ns() const;
  std::size_t bytes() const;  ///< User memory of all slots, streams included.

  // StreamOwner
  void event(std::uint32_t slot, const wire::SseEventView& event, std::int64_t arrived_ns) override;
  void retry(std::uint32_t slot, std::uint64_t milliseconds) override;
  bool is_complete(std::uint32_t slot) const override;
  bool asks_to_be_polled(std::uint32_t slot) const override;
  void ended(std::uint32_t slot, reports::load::EndReason reason) override;
  // ExchangeOwner
  using ExchangeOwner::event;  // Of bodies that are read here: nobody's.
  void finished(Ticket ticket, Outcome&& outcome) override;
  void handed_over(Ticket ticket, Handover&& handover) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::loadgen
