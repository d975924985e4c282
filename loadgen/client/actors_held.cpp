// What comes on streams and for calls: messages, the server's requests, ends.
#include "loadgen/client/actors_impl.hpp"
#include "loadgen/client/server_messages.hpp"
#include "wire/mcp/era.hpp"

namespace weir::loadgen {

using reports::load::Counter;
using reports::load::EndReason;
using reports::load::OpenFailure;
using RpcKind = wire::RpcGlance::Kind;

namespace {

constexpr std::string_view kAcknowledged = "notifications/subscriptions/acknowledged";
/// A call that was sent with the old token may be refused so long after the new one has come.
constexpr Nanos kOldTokenGrace = kSecond;
/// Of a drop of all: some milliseconds, in which nobody else has his turn.
constexpr std::size_t kDropsAtOnce = 256;

bool is_answer(const wire::RpcGlance& glance) {
  return glance.kind == RpcKind::result || glance.kind == RpcKind::error;
}

}  // namespace

void Actors::Impl::take_message(std::uint32_t slot, std::string_view data, std::int64_t arrived_ns) {
  const wire::RpcGlance glance = wire::glance(data);
  if (glance.kind == RpcKind::batch) {
    for (const std::string& message : split_batch(data)) {
      const wire::RpcGlance one = wire::glance(message);
      if (one.kind == RpcKind::request) { answer_server(slot, message, one); }
      if (is_answer(one)) { take_answer(slot, message, one, arrived_ns); }
    }
    return;
  }
  if (glance.kind == RpcKind::request) { return answer_server(slot, data, glance); }
  if (is_answer(glance)) { take_answer(slot, data, glance, arrived_ns); }
}

void Actors::Impl::take_answer(std::uint32_t slot, std::string_view message, const wire::RpcGlance& glance,
                               std::int64_t arrived_ns) {
  const auto id = numeric_id(glance.id);
  if (!id) { return; }
  Actor& actor = actors[slot];
  if (*id >= kFirstCallId) {
    if (listener != nullptr) { listener->answered({*id, slot, message, arrived_ns}); }
  } else if (actor.state == State::initialize && *id == kInitializeId) {
    take_initialized(slot, message, {});
  } else if (actor.state == State::acknowledge && *id == actor.call_id) {
    fail(slot, OpenFailure::handshake);  // Refused, or over before it was acknowledged.
  } else if (*id == actor.call_id) {
    actor.flags |= Actor::answered;
  }
}

void Actors::Impl::answer_server(std::uint32_t slot, std::string_view message, const wire::RpcGlance& glance) {
  const Actor& actor = actors[slot];
  // 2026-07-28 transports/streamable-http, "Sending Messages": a client must not send responses.
  if (kind(actor) == StreamKind::listen) { return; }
  if (answers_in_flight >= limits::kAnswersInFlight) {
    return note_once(7, "the server asks faster than it takes answers; requests of it stay unanswered");
  }
  const std::string answer = answer_to_server(message, glance);
  if (answer.empty() || actor.session == kNone || !populations[actor.population].run.destination->has_address()) {
    return;
  }
  ++answers_in_flight;
  begin_work(
      {.what = Work::What::answer, .population = actor.population, .slot = slot, .session = actor.session},
      post_plan(population_of(actor), populations[actor.population].requests.post(words(actor), answer, {}, {})));
}

/// Who held a stream for a while starts anew; who is cut as soon as he is in backs off like somebody refused.
void Actors::Impl::forgive(Actor& actor) const {
  if (loop.now_ns() - actor.since_ns >= populations[actor.population].run.plan.reconnect.base) { actor.attempt = 0; }
}

void Actors::Impl::stream_ended(std::uint32_t slot, EndReason reason) {
  Actor& actor = actors[slot];
  forgive(actor);
  // Whoever says when to come back wants nobody to come later and later.
  const bool polled = reason == EndReason::polled;
  if (polled && actor.retry_ms * kMillisecond >= plan(actor).reconnect.base) { actor.attempt = 0; }
  actor.since_ns = loop.now_ns();
  actor.flags |= Actor::has_ended;
  if (kind(actor) == StreamKind::http_sse_get) { drop_session(slot); }
  set_polled(actor, polled);
  if (listener != nullptr) { listener->slot_lost(slot); }
  if (reason != EndReason::completed) { return come_back(slot); }
  streams.forget_continuity(slot);
  actor.attempt = 0;
  actor.flags = 0;  // The next call is no reconnect.
  enqueue(slot, -1);
}

/// `session_end`: what the end is counted as where the slot holds no stream. A stream is closed by us.
void Actors::Impl::drop_held(std::uint32_t slot, Channels::How how, EndReason session_end) {
  Actor& actor = actors[slot];
  if (has_stream(kind(actor))) {
    streams.close(slot, how);
  } else {
    const auto index = static_cast<std::size_t>(session_end);
    ++count(actor).ends[index];
    count(actor).age[index].record(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, loop.now_ns() - actor.since_ns)));
  }
  forgive(actor);
  actor.since_ns = loop.now_ns();
  actor.flags = Actor::has_ended;
  set_state(slot, State::waiting);  // Until the caller has decided.
  if (listener != nullptr) { listener->slot_lost(slot); }
}

void Actors::Impl::drop_some() {
  for (std::size_t left = kDropsAtOnce; left > 0 && !to_drop.empty(); --left) {
    const std::uint32_t slot = to_drop.back();
    to_drop.pop_back();
    Actor& actor = actors[slot];
    if (actor.state != State::held || actor.since_ns > drop_ns) { continue; }
    drop_held(slot, drop_how);
    if (kind(actor) == StreamKind::http_sse_get || !has_stream(kind(actor))) { drop_session(slot); }
    actor.attempt = 0;
    come_back(slot);
  }
}

void Actors::Impl::session_gone(std::uint32_t slot) {
  Actor& actor = actors[slot];
  if (actor.state != State::held) { return; }
  // Where no session was given, 404 is no word about one.
  if (has_sessions(kind(actor)) && sessions[actor.session].text.empty()) { return; }
  ++count(actor)[Counter::sessions_lost];
  drop_held(slot, Channels::How::orderly, EndReason::session_lost);
  drop_session(slot);
  streams.forget_continuity(slot);
  come_back(slot);
}

void Actors::event(std::uint32_t slot, const wire::SseEventView& event, std::int64_t arrived_ns) {
  const Actor& actor = impl_->actors[slot];
  if (actor.state == State::endpoint) {
    if (event.type == "endpoint") { impl_->take_endpoint(slot, event.data); }
    return;
  }
  if (!event.type.empty() && event.type != "message") { return; }
  if (actor.state == State::acknowledge) {
    if (wire::glance(event.data).method == kAcknowledged) { return impl_->advance(slot); }
  }
  impl_->take_message(slot, event.data, arrived_ns);
}

void Actors::retry(std::uint32_t slot, std::uint64_t milliseconds) {
  // As it was said; who waits for it cuts it (reconnect.hpp).
  impl_->actors[slot].retry_ms = static_cast<std::uint32_t>(std::min<std::uint64_t>(milliseconds, kNone - 1));
}

/// What is polled, since 2025-11-25.
bool Actors::Impl::may_resume(const Actor& actor, std::string_view last_event_id) const {
  const bool fits = !last_event_id.empty() && last_event_id.size() <= limits::kEventIdBytes;
  return fits && actor.session != kNone && has_sessions(kind(actor)) && words(actor).revision >= wire::mcp::k2025_11_25;
}

bool Actors::asks_to_be_polled(std::uint32_t slot) const {
  const Actor& actor = impl_->actors[slot];
  const Reconnect& policy = impl_->plan(actor).reconnect;
  return actor.state == State::held && actor.retry_ms != kNone && policy.enabled && policy.resume &&
         impl_->may_resume(actor, impl_->streams.last_event_id(slot));
}

bool Actors::is_complete(std::uint32_t slot) const {
  const Actor& actor = impl_->actors[slot];
  return impl_->kind(actor) == StreamKind::streamable_post && (actor.flags & Actor::answered) != 0;
}

void Actors::ended(std::uint32_t slot, reports::load::EndReason reason) {
  if (is_opening(impl_->actors[slot].state)) { return impl_->fail(slot, OpenFailure::handshake); }
  impl_->stream_ended(slot, reason);
}

void Actors::finished(Ticket ticket, Outcome&& outcome) {
  Impl& impl = *impl_;
  const Work work = impl.works[ticket.slot];
  impl.works.drop(ticket.slot);
  const int status = outcome.http.head.status;
  switch (work.what) {
    case Work::What::step:
      if (work.slot != kNone) { impl.step_finished(work.slot, work, std::move(outcome)); }
      return;
    case Work::What::answer: {
      --impl.answers_in_flight;
      if (outcome.failed == Failed::no && status >= 200 && status < 300) {
        ++impl.numbers.populations[impl.populations[work.population].run.index][Counter::server_requests];
      }
      const Actor& actor = impl.actors[work.slot];
      if (actor.session == work.session && actor.population == work.population) {
        if (status == 404) { impl.session_gone(work.slot); }
        if (status == 401 && impl.credentials.renewable) { impl.ask_for_token(work.generation); }
      }
      return;
    }
    case Work::What::end_session:
      --impl.farewells_in_flight;
      return;
    case Work::What::none:
      return;
  }
}

void Actors::handed_over(Ticket ticket, Handover&& handover) {
  const Work work = impl_->works[ticket.slot];
  impl_->works.drop(ticket.slot);
  impl_->stream_came(work.slot, std::move(handover));
}

std::uint32_t Actors::pick(std::uint32_t population) {
  PopulationState& of = impl_->populations[population];
  if (of.held == 0) { return UINT32_MAX; }
  of.turn = of.turn + 1 < of.held ? of.turn + 1 : 0;
  return of.members[of.turn];
}

ExchangePlan Actors::make_post(std::uint32_t slot, std::string_view body, std::string_view method,
                               std::string_view name) {
  const Actor& actor = impl_->actors[slot];
  return Impl::post_plan(impl_->population_of(actor),
                         impl_->population_of(actor).requests.post(impl_->words(actor), body, method, name));
}

std::optional<ExchangePlan> Actors::make_resume(std::uint32_t slot, std::string_view last_event_id) {
  const Actor& actor = impl_->actors[slot];
  if (!impl_->may_resume(actor, last_event_id)) { return std::nullopt; }
  const PopulationState& of = impl_->population_of(actor);
  ExchangePlan plan = Impl::post_plan(of, of.requests.stream(impl_->words(actor), last_event_id));
  plan.method = "GET";
  return plan;
}

bool Actors::answers_on_stream(std::uint32_t slot) const {
  return impl_->kind(impl_->actors[slot]) == StreamKind::http_sse_get;
}

std::int64_t Actors::heard_ns(std::uint32_t slot) const { return impl_->streams.last_byte_ns(slot); }

void Actors::refused(std::uint32_t slot, int status, std::int64_t sent_ns) {
  const Actor& actor = impl_->actors[slot];
  const bool is_of_now = actor.state == State::held && sent_ns >= actor.since_ns;
  if (status == 404 && actor.session != kNone && is_of_now) { impl_->session_gone(slot); }
  if (status == 401 && impl_->credentials.renewable &&
      impl_->loop.now_ns() - impl_->credentials_since_ns >= kOldTokenGrace) {
    impl_->ask_for_token(impl_->credentials.generation);
  }
}

}  // namespace weir::loadgen
