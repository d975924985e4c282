// From the queue to a held stream: the steps of the handshake of each era, and what becomes of one that fails.
#include <algorithm>

#include "loadgen/client/actors_impl.hpp"
#include "loadgen/client/reconnect.hpp"
#include "loadgen/client/server_messages.hpp"
#include "wire/base/limits.hpp"

namespace weir::loadgen {

using reports::load::ConnectPhase;
using reports::load::Counter;
using reports::load::OpenFailure;
using reports::load::Timer;

namespace {

/// An exchange keeps its own time-outs; ours is behind them, for the case that it never calls back.
constexpr Nanos kBehindExchange = kSecond;
/// So long a slot waits for a new token, then it tries with the old one.
constexpr Nanos kTokenWait = 30 * kSecond;
constexpr std::uint8_t kMostAttempts = 250;

void bump(std::uint8_t& attempt) {
  attempt = attempt < kMostAttempts ? static_cast<std::uint8_t>(attempt + 1) : attempt;
}

void record(reports::load::PopulationNumbers& numbers, ConnectPhase phase, std::int64_t span_ns) {
  if (span_ns >= 0) { numbers.connect[static_cast<std::size_t>(phase)].record(static_cast<std::uint64_t>(span_ns)); }
}

std::optional<Nanos> retry_after_of(const Outcome& outcome) {
  if (outcome.http.head.status < 300) { return std::nullopt; }
  const auto value = outcome.http.head.headers.find("retry-after");
  return value ? parse_retry_after(*value, realtime_ns() / kSecond) : std::nullopt;
}

/// "HTTP 200 text/html": what came in the place of a stream.
std::string in_words(const Outcome& outcome) {
  constexpr std::size_t kDetailBytes = 200, kTypeBytes = 60;
  if (!outcome.detail.empty()) { return wire::excerpt(std::string_view(outcome.detail), kDetailBytes); }
  const std::string_view type = outcome.http.head.headers.get("content-type");
  return fmt::format("HTTP {} {}", outcome.http.head.status,
                     type.empty() ? "without a media type" : wire::excerpt(type, kTypeBytes));
}

}  // namespace

SessionWords Actors::Impl::words(const Actor& actor) const {
  if (actor.session == kNone) { return {}; }
  const Session& session = sessions[actor.session];
  SessionWords out;
  if (session.revision != Session::kUnsettled) { out.revision = revisions[session.revision]; }
  (populations[actor.population].run.plan.stream == StreamKind::http_sse_get ? out.target : out.id) = session.text;
  return out;
}

void Actors::Impl::drop_session(std::uint32_t slot) {
  Actor& actor = actors[slot];
  if (actor.session != kNone) { sessions.drop(std::exchange(actor.session, kNone)); }
}

/// Of a few: a server that gives ids twice gives the first ones again and again.
bool Actors::Impl::is_given_already(std::string_view session_id) const {
  constexpr std::uint32_t kLookedAt = 64;
  if (session_id.empty()) { return false; }
  for (std::uint32_t at = 0; at < std::min<std::size_t>(kLookedAt, sessions.ends()); ++at) {
    if (sessions[at].text == session_id) { return true; }
  }
  return false;
}

ExchangePlan Actors::Impl::post_plan(const PopulationState& of, std::string request) {
  const PopulationRun& run = of.run;
  ExchangePlan exchange;
  exchange.destination = run.destination;
  exchange.method = "POST";
  exchange.request = std::move(request);
  exchange.connect_timeout_ns = run.plan.connect_timeout;
  exchange.answer_timeout_ns = run.plan.answer_timeout;
  exchange.keep_alive = true;
  return exchange;
}

std::string Actors::Impl::stream_call(std::uint32_t slot) {
  const Actor& actor = actors[slot];
  std::string arguments;
  population_of(actor).call_arguments.render({actor.call_id, slot, realtime_ns() / kMillisecond}, random, arguments);
  return population_of(actor).requests.call(words(actor), actor.call_id, arguments);
}

void Actors::Impl::start(const Queued& next) {
  const std::uint32_t slot = next.slot;
  Actor& actor = actors[slot];
  const std::int64_t now = monotonic_ns();
  // While others that are slow to open hold all the places, it is the target that keeps this one waiting, and not us.
  const std::int64_t waited_ns = full_for_ns(now) - next.full_ns;
  count(actor)[Timer::open_queue].record(static_cast<std::uint64_t>(waited_ns));
  if (next.intended_ns >= 0) {
    const std::int64_t lag_ns = now - next.intended_ns - waited_ns;
    count(actor)[Timer::schedule_lag].record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, lag_ns)));
  }
  if (!population_of(actor).run.destination->has_address()) { return fail(slot, OpenFailure::dns); }
  actor.work = take_opening({.queued_at_ns = next.at_ns});
  actor.flags &= static_cast<std::uint8_t>(~Actor::answered);
  set_state(slot, first_step(kind(actor), actor.session != kNone));
  run_step(slot);
}

void Actors::Impl::run_step(std::uint32_t slot) {
  Actor& actor = actors[slot];
  Opening& way = opening(slot);
  const Population& population = plan(actor);
  const Requests& requests = population_of(actor).requests;
  const std::int64_t now = loop.now_ns();
  way.step_at_ns = now;
  const auto send = [&](ExchangePlan exchange) {
    wheel.set(slot, now + population.connect_timeout + population.answer_timeout + kBehindExchange);
    begin_work({.what = Work::What::step, .population = actor.population, .slot = slot}, std::move(exchange),
               &way.work);
  };
  switch (actor.state) {
    case State::initialize:
      send(post_plan(population_of(actor), requests.initialize(words(actor))));
      // In http-sse the answer comes on the stream, whatever becomes of the POST.
      if (has_early_stream(population.stream, actor.state)) { wheel.set(slot, now + population.answer_timeout); }
      return;
    case State::announce:
      send(post_plan(population_of(actor), requests.initialized(words(actor))));
      return;
    case State::stream: {
      const bool resumable = can_resume(population.stream) && population.reconnect.resume;
      const std::string_view last_id = resumable ? streams.last_event_id(slot) : std::string_view();
      way.resumed = !last_id.empty() && last_id.size() <= limits::kEventIdBytes;
      ExchangePlan exchange = post_plan(population_of(actor), {});
      exchange.keep_alive = false;  // The connection will be the stream's own.
      exchange.want_stream = true;
      if (population.stream == StreamKind::listen ||
          (population.stream == StreamKind::streamable_post && !way.resumed)) {
        actor.call_id = next_call_id;
        next_call_id = next_call_id + 1 < kFirstCallId ? next_call_id + 1 : 2;
        exchange.request = population.stream == StreamKind::listen ? requests.listen(actor.call_id) : stream_call(slot);
      } else {
        exchange.method = "GET";
        exchange.request = requests.stream(words(actor), way.resumed ? last_id : std::string_view());
      }
      send(std::move(exchange));
      return;
    }
    default:
      wheel.set(slot, now + population.answer_timeout);
      return;
  }
}

void Actors::Impl::advance(std::uint32_t slot) {
  Actor& actor = actors[slot];
  const State next = next_step(kind(actor), actor.state);
  if (next != State::held) {
    set_state(slot, next);
    return run_step(slot);
  }
  const Opening way = opening(slot);
  const Actor before = actor;
  become_held(slot);
  streams.through(slot);
  count_held(slot, way, before);
}

void Actors::Impl::become_held(std::uint32_t slot) {
  Actor& actor = actors[slot];
  PopulationState& of = population_of(actor);
  of.slowest_open_ns = std::max(of.slowest_open_ns, loop.now_ns() - opening(slot).queued_at_ns);
  drop_opening(actor.work);
  actor.work = kNone;
  wheel.cancel(slot);
  actor.since_ns = loop.now_ns();
  set_polled(actor, false);
  actor.flags &= static_cast<std::uint8_t>(~Actor::fresh);
  set_state(slot, State::held);
}

void Actors::Impl::count_held(std::uint32_t slot, const Opening& way, const Actor& before) {
  auto& counted = count(actors[slot]);
  ++counted[Counter::streams_opened];
  if ((before.flags & Actor::has_ended) == 0) { return; }
  ++counted[Counter::reconnects_ok];
  if (way.resumed) { ++counted[Counter::reconnects_resumed]; }
  if ((before.flags & Actor::polled) != 0) { ++counted[way.resumed ? Counter::polls_resumed : Counter::polls_failed]; }
  const std::int64_t took_ns = std::max<std::int64_t>(0, loop.now_ns() - before.since_ns);
  counted[Timer::reconnect_duration].record(static_cast<std::uint64_t>(took_ns));
  PopulationState& of = population_of(before);
  if ((before.flags & Actor::polled) != 0 && way.resumed) {
    of.longest_poll_ns = std::max(of.longest_poll_ns, before.retry_ms * kMillisecond);
  }
  of.slowest_return_ns = std::max(of.slowest_return_ns, took_ns);
}

void Actors::Impl::step_finished(std::uint32_t slot, const Work& work, Outcome&& outcome) {
  Actor& actor = actors[slot];
  Opening& way = opening(slot);
  way.work = kNone;
  auto& counted = count(actor);
  record(counted, ConnectPhase::tcp, outcome.times.tcp_ns);
  record(counted, ConnectPhase::tls, outcome.times.tls_ns);
  if (outcome.times.lag_ns >= 0) {
    counted[Timer::client_lag].record(static_cast<std::uint64_t>(outcome.times.lag_ns));
  }
  std::optional<std::string> answer;
  if (actor.state == State::initialize) { answer = find_answer(outcome.http, kInitializeId); }
  // A stream that stays open behind the answer, or breaks off there, has done what it was for.
  if (answer) { outcome.failed = Failed::no; }
  const Verdict verdict = judge(kind(actor), actor.state, outcome, !way.fresh_session, credentials.renewable);
  if (verdict.no_stream_offered) {
    note_once(3,
              "the endpoint answers GET with 405: it offers no stream of its own in this transport; hold the streams "
              "of calls instead (stream: streamable-post)");
  }
  switch (verdict.next) {
    case Verdict::Next::new_session:
      ++counted[Counter::sessions_lost];
      drop_session(slot);
      streams.forget_continuity(slot);
      set_state(slot, State::initialize);
      return run_step(slot);
    case Verdict::Next::new_token:
      return wait_for_token(slot, work.generation);
    case Verdict::Next::fail:
      if (verdict.failure == OpenFailure::not_a_stream && !verdict.no_stream_offered) {
        note_once(8, "what answers the opening of a stream is none: " + in_words(outcome));
      }
      if (verdict.forget_session) { drop_session(slot); }
      if (verdict.forget_position) { streams.forget_continuity(slot); }
      return fail(slot, verdict.failure, retry_after_of(outcome));
    case Verdict::Next::proceed:
      break;
  }
  if (actor.state != State::initialize) { return advance(slot); }
  if (answer) { return take_initialized(slot, *answer, outcome.http.head.headers.get("mcp-session-id")); }
  // The stream is where http-sse answers; the deadline of the step goes on.
  if (!has_early_stream(kind(actor), actor.state)) { fail(slot, OpenFailure::handshake); }
}

void Actors::Impl::take_initialized(std::uint32_t slot, std::string_view message, std::string_view session_id) {
  Actor& actor = actors[slot];
  const auto revision = read_initialize_answer(message);
  if (!revision) {
    note_once(4, revision.error().detail);
    return fail(slot, OpenFailure::handshake);
  }
  auto known = std::find(revisions.begin(), revisions.end(), *revision);
  if (known == revisions.end()) {
    if (revisions.size() >= limits::kRevisions) { return fail(slot, OpenFailure::handshake); }
    known = revisions.insert(known, *revision);
  }
  const auto index = static_cast<std::uint8_t>(known - revisions.begin());
  if (has_sessions(kind(actor))) {
    if (!session_id.empty() && !is_session_id(session_id)) {
      note_once(5, "an Mcp-Session-Id holds more than visible ASCII, or is too long to be sent back");
      return fail(slot, OpenFailure::handshake);
    }
    drop_session(slot);
    shared_sessions += is_given_already(session_id) ? 1 : 0;
    actor.session = sessions.add({std::string(session_id), index});
    actor.flags |= Actor::fresh;
  } else {
    sessions[actor.session].revision = index;
  }
  Opening& way = opening(slot);
  way.fresh_session = true;
  record(count(actor), ConnectPhase::initialize, loop.now_ns() - way.step_at_ns);
  ++count(actor)[Counter::sessions_opened];
  if (way.work != kNone) {
    // The answer came on the stream before the POST's own response did, in which nobody is interested any more.
    works[way.work].slot = kNone;
    way.work = kNone;
  }
  advance(slot);
}

/// What the numbers of a stream that takes the place of another are worth. A server that was not asked to go on may
/// number its events by session all the same; where there is none, nothing tells.
Continuity Actors::Impl::continuity(std::uint32_t slot, bool resumed) const {
  const Actor& actor = actors[slot];
  Continuity out = streams.continuity(slot);
  out.resumed = resumed;
  const bool again = !resumed && (actor.flags & Actor::has_ended) != 0 && kind(actor) != StreamKind::streamable_post;
  const bool numbers_sessions = has_sessions(kind(actor));
  out.same_session = again && numbers_sessions && actor.session != kNone && (actor.flags & Actor::fresh) == 0;
  out.unknown = again && !numbers_sessions && kind(actor) != StreamKind::http_sse_get;
  return out;
}

void Actors::Impl::stream_came(std::uint32_t slot, Handover&& handover) {
  Actor& actor = actors[slot];
  opening(slot).work = kNone;
  const Opening way = opening(slot);
  const Actor before = actor;
  auto& counted = count(actor);
  record(counted, ConnectPhase::tcp, handover.times.tcp_ns);
  record(counted, ConnectPhase::tls, handover.times.tls_ns);
  record(counted, ConnectPhase::headers, handover.times.headers_ns);
  if (handover.times.lag_ns >= 0) {
    counted[Timer::client_lag].record(static_cast<std::uint64_t>(handover.times.lag_ns));
  }
  const Continuity goes_on = continuity(slot, way.resumed);
  const State next = next_step(kind(actor), actor.state);
  const bool early = next != State::held;
  // The state stands before the first bytes are looked at: they may bring the endpoint event, or the end.
  if (early) {
    set_state(slot, next);
    run_step(slot);
  } else {
    become_held(slot);
  }
  if (streams.adopt(slot, actor.population, std::move(handover), goes_on, early)) {
    if (!early) { count_held(slot, way, before); }
    return;
  }
  actors[slot].since_ns = before.since_ns;
  fail(slot, OpenFailure::out_of_files);
}

void Actors::Impl::take_endpoint(std::uint32_t slot, std::string_view data) {
  Actor& actor = actors[slot];
  const wire::Url& base = population_of(actor).run.url();
  // What is too long for a URL resolves to none.
  const auto target = wire::resolve(base, data.substr(0, wire::limits::kUrlBytes + 1));
  if (!target || target->origin() != base.origin()) {
    note_once(6, target ? "an endpoint event points to another origin; credentials are not sent there"
                        : "an endpoint event is no URI reference: " + target.error().detail);
    return fail(slot, OpenFailure::handshake);
  }
  record(count(actor), ConnectPhase::endpoint, loop.now_ns() - opening(slot).step_at_ns);
  drop_session(slot);
  actor.session = sessions.add({target->target(), Session::kUnsettled});
  advance(slot);
}

void Actors::Impl::leave_opening(std::uint32_t slot) {
  Actor& actor = actors[slot];
  if (!is_opening(actor.state)) { return; }
  const Opening way = opening(slot);
  if (way.work != kNone) {
    exchanges.cancel(works[way.work].exchange);
    works.drop(way.work);
  }
  drop_opening(actor.work);
  actor.work = kNone;
  if (has_early_stream(kind(actor), actor.state) && streams.held(slot)) {
    streams.close(slot, Channels::How::orderly, false);
  }
}

void Actors::Impl::fail(std::uint32_t slot, OpenFailure failure, std::optional<Nanos> retry_after) {
  Actor& actor = actors[slot];
  auto& counted = count(actor);
  ++counted.open_failures[static_cast<std::size_t>(failure)];
  if ((actor.flags & Actor::has_ended) != 0) { ++counted[Counter::reconnects_failed]; }
  const bool is_ours = failure == OpenFailure::out_of_ports || failure == OpenFailure::out_of_files;
  if ((actor.flags & Actor::polled) != 0 && !is_ours) { ++counted[Counter::polls_failed]; }
  set_polled(actor, false);
  if (retry_after) { ++counted[Counter::retry_after_honoured]; }
  leave_opening(slot);
  if (kind(actor) == StreamKind::http_sse_get) { drop_session(slot); }
  come_back(slot, retry_after);
}

void Actors::Impl::come_back(std::uint32_t slot, std::optional<Nanos> retry_after) {
  Actor& actor = actors[slot];
  const Reconnect& policy = plan(actor).reconnect;
  if (!policy.enabled) {
    wheel.cancel(slot);
    return set_state(slot, State::retired);
  }
  Comeback comeback;
  comeback.attempt = actor.attempt;
  comeback.retry_after = retry_after;
  if (actor.retry_ms != kNone) { comeback.retry = actor.retry_ms * kMillisecond; }
  bump(actor.attempt);
  wheel.set(slot, loop.now_ns() + comeback_delay(policy, comeback, random));
  set_state(slot, State::waiting);
}

void Actors::Impl::wait_for_token(std::uint32_t slot, std::uint64_t generation) {
  Actor& actor = actors[slot];
  auto& counted = count(actor);
  ++counted.open_failures[static_cast<std::size_t>(OpenFailure::http_401)];
  if ((actor.flags & Actor::has_ended) != 0) { ++counted[Counter::reconnects_failed]; }
  leave_opening(slot);
  if (kind(actor) == StreamKind::http_sse_get) { drop_session(slot); }
  if (generation < credentials.generation) {
    // A newer token came while the request with the old one was under way.
    if (actor.attempt > 1) { return come_back(slot); }
    bump(actor.attempt);
    return enqueue(slot, -1);
  }
  bump(actor.attempt);
  token_waiters.push_back(slot);
  wheel.set(slot, loop.now_ns() + kTokenWait);
  set_state(slot, State::token);
  ask_for_token(generation);
}

void Actors::Impl::ask_for_token(std::uint64_t generation) {
  if (asked_generation == generation || !options.token_refused) { return; }
  asked_generation = generation;
  options.token_refused(generation);
}

}  // namespace weir::loadgen
