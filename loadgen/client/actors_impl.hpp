// The inside of Actors, shared by actors*.cpp.
//
// A slot costs 48 bytes: its Actor (32), its deadline in the wheel (12), its place among its population (4). What is
// needed only on the way to a held stream (Opening, Work) lives as long as that takes; sessions stand in a table of
// their own, which is empty in eras without sessions.
#pragma once

#include <array>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "loadgen/client/actors.hpp"
#include "loadgen/client/opening.hpp"
#include "loadgen/client/requests.hpp"
#include "loadgen/net/wheel.hpp"
#include "loadgen/scenario/template.hpp"

namespace weir::loadgen {

inline constexpr std::uint32_t kNone = UINT32_MAX;

struct Actor {
  enum Flag : std::uint8_t {
    has_ended = 1,  ///< since_ns is the end of its latest stream: to be held again is a reconnect.
    answered = 2,   ///< streamable_post: the answer to the call has come.
    polled = 4,     ///< Its latest stream ended to be polled, and no attempt has been made since.
    late = 8,       ///< Likewise, and it is to come back after the end of the run.
    fresh = 16,     ///< Initialized since its latest stream.
  };
  std::int64_t since_ns = 0;       ///< Held: since when. Else see has_ended.
  std::uint32_t session = kNone;   ///< Into Impl::sessions.
  std::uint32_t work = kNone;      ///< Opening: into Impl::openings. Queued: its ticket.
  std::uint32_t place = 0;         ///< Into PopulationState::members.
  std::uint32_t retry_ms = kNone;  ///< The server's `retry:`; kNone: none.
  std::uint32_t call_id = 0;       ///< Of the call or the subscription whose answer is the stream.
  State state = State::unused;
  std::uint8_t attempt = 0;  ///< Failures in a row.
  std::uint8_t population = 0;
  std::uint8_t flags = 0;
};
static_assert(sizeof(Actor) == 32);

/// Things that come and go, by index.
template <class T>
class Slab {
 public:
  std::uint32_t add(T item) {
    if (free_.empty()) {
      items_.push_back(std::move(item));
      return static_cast<std::uint32_t>(items_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    items_[index] = std::move(item);
    return index;
  }
  void drop(std::uint32_t index) {
    items_[index] = T{};
    free_.push_back(index);
  }
  T& operator[](std::uint32_t index) { return items_[index]; }
  const T& operator[](std::uint32_t index) const { return items_[index]; }
  std::size_t size() const { return items_.size() - free_.size(); }
  std::size_t ends() const { return items_.size(); }
  std::size_t bytes() const { return items_.capacity() * sizeof(T) + free_.capacity() * sizeof(std::uint32_t); }

 private:
  std::vector<T> items_;
  std::vector<std::uint32_t> free_;
};

/// A slot on its way to a held stream.
struct Opening {
  std::uint32_t work = kNone;  ///< The exchange of the step.
  std::int64_t step_at_ns = 0;
  std::int64_t queued_at_ns = 0;
  bool fresh_session = false;  ///< Initialized in this attempt.
  bool resumed = false;        ///< Last-Event-ID was sent.
};

/// An exchange of ours that is under way.
struct Work {
  enum class What : std::uint8_t { none, step, answer, end_session };
  What what = What::none;
  std::uint8_t population = 0;
  std::uint32_t exchange = 0;
  std::uint32_t slot = kNone;  ///< kNone: nobody waits for it any more.
  std::uint32_t session = kNone;
  std::uint64_t generation = 0;  ///< Of the credentials that it carried.
};

/// What a server has given to one client: an Mcp-Session-Id (may be empty), or the target that it POSTs to (http-sse).
struct Session {
  std::string text;
  static constexpr std::uint8_t kUnsettled = UINT8_MAX;
  std::uint8_t revision = kUnsettled;  ///< Into Impl::revisions, once initialize was answered.
};

/// A session that is to be DELETEd.
struct Farewell {
  std::uint8_t population = 0;
  Session session;
};

struct Queued {
  std::uint32_t slot = 0;
  std::uint32_t ticket = 0;
  std::int64_t intended_ns = -1;  ///< -1: a reconnect, which no schedule wanted at a certain time.
  std::int64_t at_ns = 0;         ///< When it was queued.
  std::int64_t full_ns = 0;       ///< Impl::full_for_ns() at that time.
};

/// A population with its slots: those that are held stand first.
struct PopulationState {
  PopulationRun run;
  Requests requests;
  Template call_arguments;  ///< Of streamable_post.
  std::vector<std::uint32_t> members;
  std::uint32_t held = 0;
  std::uint32_t turn = 0;  ///< Of pick().
  std::int64_t wanted = 0;
  std::int64_t polled = 0;            ///< Slots with that flag, and without `late`.
  std::int64_t longest_poll_ns = -1;  ///< The longest wait after which a stream was taken up again.
  double calls_per_second = 0;
  bool makes_calls = false;
  std::int64_t slowest_open_ns = 0;    ///< From the queue to held.
  std::int64_t slowest_return_ns = 0;  ///< From an end to held again.
  std::array<std::int64_t, kStates> states{};
};

struct Actors::Impl {
  Impl(Actors& self, Loop& loop, Channels& channels, Exchanges& exchanges, ActorsOptions options,
       reports::load::Snapshot& numbers);
  ~Impl();

  // actors.cpp: slots, queue, deadlines
  PopulationState& population_of(const Actor& actor) { return populations[actor.population]; }
  const Population& plan(const Actor& actor) const { return populations[actor.population].run.plan; }
  StreamKind kind(const Actor& actor) const { return plan(actor).stream; }
  reports::load::PopulationNumbers& count(const Actor& actor) { return count_of(populations[actor.population]); }
  reports::load::PopulationNumbers& count_of(const PopulationState& of) { return numbers.populations[of.run.index]; }
  void set_state(std::uint32_t slot, State state);
  void set_polled(Actor& actor, bool polled);
  bool comes_back_late(const Actor& actor) const;
  void expect_calls();
  Continuity continuity(std::uint32_t slot, bool resumed) const;
  void enqueue(std::uint32_t slot, std::int64_t intended_ns);
  void start_queued();
  void due(std::uint32_t slot);
  void check_invariant();
  bool slot_is_sound(std::uint32_t slot);
  void close_slot(std::uint32_t slot);  ///< Whatever it is at; its session is ended.
  void free_slot(std::uint32_t slot);
  void count_given_up(std::uint32_t slot);
  std::int64_t full_for_ns(std::int64_t now_ns) const;
  std::uint32_t take_opening(Opening opening);
  void drop_opening(std::uint32_t index);
  void end_sessions();
  void begin_work(const Work& work, ExchangePlan exchange, std::uint32_t* index = nullptr);
  void cancel_everything();
  void note_once(std::uint32_t kind, std::string text);

  // actors_opening.cpp: from the queue to a held stream
  void start(const Queued& next);
  void run_step(std::uint32_t slot);
  void advance(std::uint32_t slot);
  void step_finished(std::uint32_t slot, const Work& work, Outcome&& outcome);
  void stream_came(std::uint32_t slot, Handover&& handover);
  void take_endpoint(std::uint32_t slot, std::string_view data);
  void take_initialized(std::uint32_t slot, std::string_view message, std::string_view session_id);
  void become_held(std::uint32_t slot);
  void count_held(std::uint32_t slot, const Opening& way, const Actor& before);
  void leave_opening(std::uint32_t slot);
  void fail(std::uint32_t slot, reports::load::OpenFailure failure, std::optional<Nanos> retry_after = std::nullopt);
  void wait_for_token(std::uint32_t slot, std::uint64_t generation);
  void ask_for_token(std::uint64_t generation);
  void come_back(std::uint32_t slot, std::optional<Nanos> retry_after = std::nullopt);
  SessionWords words(const Actor& actor) const;
  std::string stream_call(std::uint32_t slot);
  void drop_session(std::uint32_t slot);
  bool is_given_already(std::string_view session_id) const;
  Opening& opening(std::uint32_t slot) { return openings[actors[slot].work]; }
  static ExchangePlan post_plan(const PopulationState& of, std::string request);

  // actors_held.cpp: what comes on streams
  void take_message(std::uint32_t slot, std::string_view data, std::int64_t arrived_ns);
  void take_answer(std::uint32_t slot, std::string_view message, const wire::RpcGlance& glance,
                   std::int64_t arrived_ns);
  void answer_server(std::uint32_t slot, std::string_view message, const wire::RpcGlance& glance);
  bool may_resume(const Actor& actor, std::string_view last_event_id) const;
  void stream_ended(std::uint32_t slot, reports::load::EndReason reason);
  void forgive(Actor& actor) const;
  void drop_held(std::uint32_t slot, Channels::How how,
                 reports::load::EndReason session_end = reports::load::EndReason::client);
  void drop_some();
  void session_gone(std::uint32_t slot);

  Actors& self;
  Loop& loop;
  Exchanges& exchanges;
  ActorsOptions options;
  reports::load::Snapshot& numbers;
  Streams streams;
  Wheel wheel;
  CallListener* listener = nullptr;

  std::vector<PopulationState> populations;
  std::vector<Actor> actors;
  std::vector<std::uint32_t> free_slots;
  std::deque<Queued> queue;
  std::uint32_t last_ticket = 0;
  std::int64_t full_ns = 0;         ///< So long opening_at_once were under way, until the latest time that they ceased.
  std::int64_t full_since_ns = -1;  ///< -1: they are not now.
  Slab<Opening> openings;
  Slab<Work> works;
  std::size_t answers_in_flight = 0;
  std::size_t farewells_in_flight = 0;
  Slab<Session> sessions;
  std::vector<std::string> revisions;
  std::deque<Farewell> farewells;

  Credentials credentials;
  std::int64_t credentials_since_ns = 0;
  std::optional<std::uint64_t> asked_generation;
  std::vector<std::uint32_t> token_waiters;

  std::mt19937_64 random;
  std::uint32_t next_call_id = 2;
  std::uint32_t notes_said = 0;
  std::uint64_t shared_sessions = 0;  ///< Clients whose session id another one held already.
  std::int64_t next_streams_tick_ns = 0;
  std::int64_t next_check_ns = 0;
  std::int64_t stop_deadline_ns = -1;   ///< -1: not stopping.
  std::int64_t run_end_ns = INT64_MAX;  ///< As far as it is known.

  std::vector<std::uint32_t> to_drop;  ///< By drop_all(), a few each turn: to close thousands takes long.
  Channels::How drop_how = Channels::How::orderly;
  std::int64_t drop_ns = 0;  ///< Streams held since then are none of these.
};

}  // namespace weir::loadgen
