#include "loadgen/client/actors.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loadgen/client/actors_impl.hpp"

namespace weir::loadgen {

using reports::load::Counter;
using reports::load::Gauge;
using reports::load::Open;
using reports::load::OpenFailure;
using reports::load::Timer;

namespace {

constexpr std::int64_t kWheelTick = 5 * kMillisecond;
constexpr std::int64_t kStreamsTick = 100 * kMillisecond;
/// So many opens begin in one turn of the loop, then what has arrived is read.
constexpr std::size_t kStartsPerTurn = 128;
constexpr std::size_t kFarewellsAtOnce = 256;
/// Whoever is given up sooner had no time to be opened.
constexpr Nanos kLeastWait = kSecond;

/// Doubling would leave up to half of a large column unused.
template <class T>
void grow(std::vector<T>& column) {
  constexpr std::size_t kLeast = 256;
  if (column.size() == column.capacity()) { column.reserve(column.size() + std::max(kLeast, column.size() / 8)); }
}

std::vector<Observation> observations(const ActorsOptions& options, reports::load::Snapshot& numbers) {
  std::vector<Observation> all;
  for (const PopulationRun& run : options.populations) {
    Observation observation;
    observation.numbers = &numbers.populations[run.index];
    observation.sequence = run.plan.sequence;
    observation.sequence_of_ids = run.plan.sequence_of_ids;
    observation.sent_at = run.plan.sent_at;
    observation.idle_cut_after = run.plan.idle_cut_after;
    observation.silence_limit = run.plan.silence_limit;
    observation.coalesce_gap = run.plan.coalesce_gap;
    observation.ids = can_resume(run.plan.stream);
    observation.mcp = is_mcp(run.plan.stream);
    // What comes on the stream of a call is about the call, and has no rhythm of its own.
    if (run.plan.stream == StreamKind::streamable_post) { observation.call_gap = INT64_MAX; }
    all.push_back(std::move(observation));
  }
  return all;
}

}  // namespace

Actors::Impl::Impl(Actors& actors_self, Loop& the_loop, Channels& channels, Exchanges& the_exchanges,
                   ActorsOptions the_options, reports::load::Snapshot& the_numbers)
    : self(actors_self),
      loop(the_loop),
      exchanges(the_exchanges),
      options(std::move(the_options)),
      numbers(the_numbers),
      streams(the_loop, channels, actors_self, observations(options, the_numbers)),
      wheel(kWheelTick),
      random(options.seed) {
  for (const PopulationRun& run : options.populations) {
    PopulationState made;
    made.run = run;
    // What the scenario let through compiles; what a test made up goes out as it stands.
    made.call_arguments =
        Template::compile(run.plan.stream_call.arguments).value_or(Template::verbatim(run.plan.stream_call.arguments));
    populations.push_back(std::move(made));
  }
}

Actors::Impl::~Impl() { cancel_everything(); }

void Actors::Impl::set_state(std::uint32_t slot, State state) {
  Actor& actor = actors[slot];
  PopulationState& of = population_of(actor);
  const bool was_held = actor.state == State::held;
  const bool is_held = state == State::held;
  if (was_held != is_held) {
    // The border between held and others moves over this slot.
    const std::uint32_t border = is_held ? of.held++ : --of.held;
    const std::uint32_t other = of.members[border];
    std::swap(of.members[border], of.members[actor.place]);
    actors[other].place = actor.place;
    actor.place = border;
  }
  --of.states[static_cast<std::size_t>(actor.state)];
  actor.state = state;
  ++of.states[static_cast<std::size_t>(state)];
  const auto in = [&](State s) { return of.states[static_cast<std::size_t>(s)]; };
  auto& gauges = count_of(of);
  gauges[Gauge::streams_open] = of.held;
  gauges[Gauge::streams_waiting] = in(State::waiting) + in(State::token) + in(State::queued);
  gauges[Gauge::streams_opening] =
      in(State::initialize) + in(State::announce) + in(State::stream) + in(State::endpoint) + in(State::acknowledge);
}

void Actors::Impl::set_polled(Actor& actor, bool polled) {
  if (((actor.flags & Actor::polled) != 0) == polled) { return; }
  PopulationState& of = population_of(actor);
  actor.flags ^= Actor::polled;
  const bool late = polled ? comes_back_late(actor) : (actor.flags & Actor::late) != 0;
  actor.flags = static_cast<std::uint8_t>(polled && late ? actor.flags | Actor::late : actor.flags & ~Actor::late);
  if (late) {
    if (polled) { ++count_of(of)[Counter::polls_late]; }
    return;
  }
  of.polled += polled ? 1 : -1;
  count_of(of)[Gauge::streams_polled] = of.polled;
}

/// A poll that is due after the end of the run is held by nobody: it is not known what becomes of it. Where others that
/// were to wait as long were taken up, it is one of those that every run ends amid.
bool Actors::Impl::comes_back_late(const Actor& actor) const {
  if (actor.retry_ms == kNone) { return false; }
  const Nanos wait = std::min(actor.retry_ms * kMillisecond, std::chrono::nanoseconds(limits::kRetryMost).count());
  return loop.now_ns() + wait > run_end_ns && wait > populations[actor.population].longest_poll_ns;
}

/// So far apart our calls come on each stream; there is no telling while none are made.
void Actors::Impl::expect_calls() {
  for (std::uint32_t i = 0; i < populations.size(); ++i) {
    const PopulationState& of = populations[i];
    if (!of.makes_calls || of.run.plan.stream == StreamKind::streamable_post) { continue; }
    const double gap_s = of.calls_per_second > 0 ? of.held / of.calls_per_second : 1e9;
    streams.expect_calls(i, static_cast<Nanos>(std::min(gap_s, 1e9) * 1e9));
  }
}

void Actors::Impl::enqueue(std::uint32_t slot, std::int64_t intended_ns) {
  wheel.cancel(slot);
  actors[slot].work = ++last_ticket;
  set_state(slot, State::queued);
  const std::int64_t now = monotonic_ns();
  queue.push_back({slot, last_ticket, intended_ns, now, full_for_ns(now)});
}

std::int64_t Actors::Impl::full_for_ns(std::int64_t now_ns) const {
  return full_ns + (full_since_ns >= 0 ? now_ns - full_since_ns : 0);
}

std::uint32_t Actors::Impl::take_opening(Opening opening) {
  const std::uint32_t index = openings.add(opening);
  if (openings.size() >= options.opening_at_once && full_since_ns < 0) { full_since_ns = monotonic_ns(); }
  return index;
}

void Actors::Impl::drop_opening(std::uint32_t index) {
  openings.drop(index);
  if (openings.size() >= options.opening_at_once || full_since_ns < 0) { return; }
  full_ns = full_for_ns(monotonic_ns());
  full_since_ns = -1;
}

void Actors::Impl::start_queued() {
  std::size_t started = 0;
  while (!queue.empty() && openings.size() < options.opening_at_once && started < kStartsPerTurn) {
    const Queued next = queue.front();
    queue.pop_front();
    // A slot that was taken away, or queued anew, has left its place behind.
    if (actors[next.slot].state != State::queued || actors[next.slot].work != next.ticket) { continue; }
    start(next);
    ++started;
  }
}

void Actors::Impl::due(std::uint32_t slot) {
  Actor& actor = actors[slot];
  switch (actor.state) {
    case State::waiting:
      enqueue(slot, -1);
      return;
    case State::token:
      fail(slot, OpenFailure::auth);
      return;
    case State::endpoint:
    case State::acknowledge:
      fail(slot, OpenFailure::handshake);
      return;
    case State::initialize:
    case State::announce:
      fail(slot, has_early_stream(kind(actor), actor.state) ? OpenFailure::handshake : OpenFailure::head_timeout);
      return;
    case State::stream:
      fail(slot, OpenFailure::head_timeout);
      return;
    default:
      return;
  }
}

bool Actors::Impl::slot_is_sound(std::uint32_t slot) {
  const Actor& actor = actors[slot];
  SlotResources has;
  has.stream = streams.held(slot);
  has.deadline = wheel.is_set(slot);
  has.exchange = is_opening(actor.state) && openings[actor.work].work != kNone;
  // Tickets in the queue are consecutive.
  has.queued = actor.state == State::queued && !queue.empty() &&
               actor.work - queue.front().ticket <= queue.back().ticket - queue.front().ticket;
  return is_sound(kind(actor), actor.state, has);
}

void Actors::Impl::check_invariant() {
  for (std::uint32_t slot = 0; slot < actors.size(); ++slot) {
    if (actors[slot].state == State::unused || slot_is_sound(slot)) { continue; }
    ++count(actors[slot])[Counter::invariant_broken];
    note_once(1, "a stream was left with neither a socket nor a scheduled reconnect; it was scheduled again");
    leave_opening(slot);
    if (streams.held(slot)) { streams.close(slot, Channels::How::orderly, false); }
    come_back(slot);
  }
}

void Actors::Impl::close_slot(std::uint32_t slot) {
  Actor& actor = actors[slot];
  leave_opening(slot);
  if (actor.state == State::held) {
    drop_held(slot, stop_deadline_ns >= 0 ? Channels::How::later : Channels::How::orderly);
  }
  wheel.cancel(slot);
  if (actor.session != kNone && has_sessions(kind(actor)) && !sessions[actor.session].text.empty()) {
    farewells.push_back({actor.population, sessions[actor.session]});
  }
  drop_session(slot);
  streams.forget_continuity(slot);
}

/// An attempt, or a way back, that is given up says something of the target only where it took longer than any that
/// came to its end: before, it may have been about to.
void Actors::Impl::count_given_up(std::uint32_t slot) {
  const Actor& actor = actors[slot];
  const PopulationState& of = population_of(actor);
  auto& counted = count(actor);
  std::int64_t since_ns = -1;
  if (is_opening(actor.state)) { since_ns = opening(slot).queued_at_ns; }
  if (actor.state == State::queued && !queue.empty()) { since_ns = queue[actor.work - queue.front().ticket].at_ns; }
  const std::int64_t now = loop.now_ns();
  const bool has_ended = (actor.flags & Actor::has_ended) != 0;
  if (since_ns >= 0 && now - since_ns > std::max(kLeastWait, of.slowest_open_ns)) {
    ++counted.open_failures[static_cast<std::size_t>(OpenFailure::unfinished)];
    if ((actor.flags & Actor::polled) != 0) { ++counted[Counter::polls_failed]; }
  }
  const bool is_away = actor.state != State::held && actor.state != State::retired && has_ended;
  const bool polled = (actor.flags & Actor::polled) != 0;
  if (is_away && !polled && now - actor.since_ns > std::max(kLeastWait, of.slowest_return_ns)) {
    ++counted[Counter::returns_waiting];
    counted[Timer::reconnect_duration].record(static_cast<std::uint64_t>(now - actor.since_ns));
  }
}

void Actors::Impl::free_slot(std::uint32_t slot) {
  count_given_up(slot);
  close_slot(slot);
  set_polled(actors[slot], false);
  set_state(slot, State::unused);
  PopulationState& of = population_of(actors[slot]);
  --of.states[static_cast<std::size_t>(State::unused)];
  const std::uint32_t last = of.members.back();
  of.members[actors[slot].place] = last;
  actors[last].place = actors[slot].place;
  of.members.pop_back();
  actors[slot] = Actor{};
  free_slots.push_back(slot);
}

void Actors::Impl::end_sessions() {
  while (!farewells.empty() && farewells_in_flight < kFarewellsAtOnce) {
    const Farewell farewell = std::move(farewells.front());
    farewells.pop_front();
    const PopulationState& of = populations[farewell.population];
    if (!of.run.destination->has_address()) { continue; }
    const std::string_view revision = revisions[farewell.session.revision];
    ExchangePlan exchange = post_plan(of, of.requests.end_session({farewell.session.text, revision, {}}));
    exchange.method = "DELETE";
    ++farewells_in_flight;
    begin_work({.what = Work::What::end_session, .population = farewell.population}, std::move(exchange));
  }
}

void Actors::Impl::begin_work(const Work& work, ExchangePlan exchange, std::uint32_t* index) {
  const std::uint32_t at = works.add(work);
  works[at].generation = credentials.generation;
  if (index != nullptr) { *index = at; }
  works[at].exchange = exchanges.begin(std::move(exchange), {at, 0}, self);
}

void Actors::Impl::cancel_everything() {
  for (std::uint32_t at = 0; at < works.ends(); ++at) {
    if (works[at].what == Work::What::none) { continue; }
    exchanges.cancel(works[at].exchange);
    works.drop(at);
  }
  answers_in_flight = 0;
  farewells_in_flight = 0;
  farewells.clear();
}

void Actors::Impl::note_once(std::uint32_t kind_of_note, std::string text) {
  const std::uint32_t bit = 1U << kind_of_note;
  if ((notes_said & bit) != 0 || !options.note) { return; }
  notes_said |= bit;
  options.note(std::move(text));
}

const wire::Url& PopulationRun::url() const { return own_url ? *own_url : destination->url(); }

Actors::Actors(Loop& loop, Channels& channels, Exchanges& exchanges, ActorsOptions options,
               reports::load::Snapshot& numbers)
    : impl_(std::make_unique<Impl>(*this, loop, channels, exchanges, std::move(options), numbers)) {
  loop.handle(Kind::stream, impl_->streams);
  set_credentials({});
}
Actors::~Actors() = default;

void Actors::set_credentials(const Credentials& credentials) {
  impl_->credentials = credentials;
  impl_->credentials_since_ns = impl_->loop.now_ns();
  for (PopulationState& of : impl_->populations) {
    auto requests = Requests::make(of.run.plan, of.run.url(), credentials);
    if (requests) {
      of.requests = *std::move(requests);
    } else {
      impl_->note_once(2, "the new credentials cannot be sent: " + requests.error().detail);
    }
  }
  for (const std::uint32_t slot : std::exchange(impl_->token_waiters, {})) {
    Actor& actor = impl_->actors[slot];
    if (actor.state != State::token) { continue; }
    // A token that was refused as soon as it was new is not hammered.
    if (actor.attempt <= 1) {
      impl_->enqueue(slot, -1);
    } else {
      impl_->come_back(slot);
    }
  }
}

void Actors::listen(CallListener& listener) { impl_->listener = &listener; }

void Actors::add(std::uint32_t population, std::int64_t intended_ns) {
  Impl& impl = *impl_;
  if (impl.stop_deadline_ns >= 0) { return; }
  std::uint32_t slot = 0;
  if (impl.free_slots.empty()) {
    slot = static_cast<std::uint32_t>(impl.actors.size());
    grow(impl.actors);
    impl.actors.emplace_back();
  } else {
    slot = impl.free_slots.back();
    impl.free_slots.pop_back();
  }
  PopulationState& of = impl.populations[population];
  Actor& actor = impl.actors[slot];
  actor.population = static_cast<std::uint8_t>(population);
  actor.place = static_cast<std::uint32_t>(of.members.size());
  grow(of.members);
  of.members.push_back(slot);
  ++of.states[static_cast<std::size_t>(State::unused)];
  ++of.wanted;
  ++impl.count_of(of)[Counter::opens_intended];
  impl.enqueue(slot, intended_ns);
}

void Actors::remove(std::uint32_t population) {
  PopulationState& of = impl_->populations[population];
  if (of.members.empty()) { return; }
  --of.wanted;
  // Slots that have no stream stand behind those that have one.
  impl_->free_slot(of.members.back());
}

void Actors::churn(std::uint32_t population) {
  PopulationState& of = impl_->populations[population];
  if (of.held == 0) { return; }
  const std::uint32_t slot = of.members[std::uniform_int_distribution<std::uint32_t>(0, of.held - 1)(impl_->random)];
  impl_->close_slot(slot);
  Actor& actor = impl_->actors[slot];
  actor.flags = 0;
  actor.attempt = 0;
  actor.retry_ms = kNone;
  ++impl_->count_of(of)[Counter::opens_intended];
  impl_->enqueue(slot, impl_->loop.now_ns());
}

void Actors::drop_all(Channels::How how) {
  Impl& impl = *impl_;
  impl.to_drop.clear();
  for (std::uint32_t slot = 0; slot < impl.actors.size(); ++slot) {
    if (impl.actors[slot].state == State::held) { impl.to_drop.push_back(slot); }
  }
  impl.drop_how = how;
  impl.drop_ns = impl.loop.now_ns();
  impl.drop_some();
}

void Actors::expect_calls(std::uint32_t population, double per_second) {
  impl_->populations[population].calls_per_second = per_second;
  impl_->populations[population].makes_calls = true;
}

void Actors::expect_end(std::int64_t at_ns) { impl_->run_end_ns = at_ns; }

void Actors::stop(std::int64_t deadline_ns) {
  impl_->expect_calls();
  if (impl_->shared_sessions > 0) {
    impl_->note_once(9, fmt::format("{} clients were given the same session id: to the server they are one",
                                    impl_->shared_sessions + 1));
  }
  impl_->stop_deadline_ns = std::max<std::int64_t>(deadline_ns, 0);
  for (PopulationState& of : impl_->populations) {
    of.wanted = 0;
    while (!of.members.empty()) { impl_->free_slot(of.members.back()); }
  }
  impl_->to_drop.clear();
  impl_->queue.clear();
  impl_->end_sessions();
}

bool Actors::stopped() const {
  return impl_->stop_deadline_ns >= 0 && impl_->works.size() == 0 && impl_->farewells.empty();
}

std::int64_t Actors::wanted(std::uint32_t population) const { return impl_->populations[population].wanted; }

void Actors::look(std::int64_t now_ns) const {
  impl_->expect_calls();
  impl_->streams.look(now_ns);
  for (const Actor& actor : impl_->actors) {
    const bool is_away = actor.state != State::held && actor.state != State::retired && actor.state != State::unused;
    if (!is_away || (actor.flags & Actor::has_ended) == 0) { continue; }
    std::int64_t& longest = impl_->count(actor)[Open::reconnect];
    longest = std::max(longest, now_ns - actor.since_ns);
    if ((actor.flags & Actor::late) == 0) { continue; }
    std::int64_t& asked = impl_->count(actor)[Open::poll_wait];
    asked = std::max<std::int64_t>(asked, actor.retry_ms * kMillisecond);
  }
}

void Actors::tick(std::int64_t now_ns) {
  impl_->drop_some();
  impl_->wheel.advance(now_ns, [this](std::uint32_t slot) { impl_->due(slot); });
  impl_->start_queued();
  impl_->end_sessions();
  if (now_ns >= impl_->next_streams_tick_ns) {
    impl_->next_streams_tick_ns = now_ns + kStreamsTick;
    impl_->streams.tick(now_ns);
  }
  if (now_ns >= impl_->next_check_ns) {
    impl_->next_check_ns = now_ns + kSecond;
    impl_->check_invariant();
  }
  if (impl_->stop_deadline_ns >= 0 && now_ns >= impl_->stop_deadline_ns) { impl_->cancel_everything(); }
}

std::int64_t Actors::next_ns() const {
  const Impl& impl = *impl_;
  if (!impl.to_drop.empty()) { return impl.loop.now_ns(); }
  if (!impl.queue.empty() && impl.openings.size() < impl.options.opening_at_once) { return impl.loop.now_ns(); }
  std::int64_t next = std::min({impl.wheel.next_ns(), impl.next_streams_tick_ns, impl.next_check_ns});
  if (impl.stop_deadline_ns >= 0) { next = std::min(next, impl.stop_deadline_ns); }
  return next;
}

std::size_t Actors::bytes() const {
  const Impl& impl = *impl_;
  std::size_t bytes = impl.actors.capacity() * sizeof(Actor) + impl.wheel.bytes() + impl.sessions.bytes() +
                      impl.openings.bytes() + impl.works.bytes() + impl.queue.size() * sizeof(Queued) +
                      impl.free_slots.capacity() * sizeof(std::uint32_t) + impl.streams.bytes();
  for (const PopulationState& of : impl.populations) { bytes += of.members.capacity() * sizeof(std::uint32_t); }
  for (std::uint32_t at = 0; at < impl.sessions.ends(); ++at) {
    const std::string& text = impl.sessions[at].text;
    if (text.capacity() > std::string().capacity()) { bytes += text.capacity() + 1; }
  }
  return bytes;
}

}  // namespace weir::loadgen
