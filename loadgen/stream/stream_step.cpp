#include "loadgen/stream/stream_step.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "reports/judge/cut_off.hpp"
#include "wire/base/duration.hpp"

namespace weir::loadgen {

using reports::load::ConnectPhase;
using reports::load::Counter;
using reports::load::EndReason;
using reports::load::PopulationNumbers;
using reports::load::Timer;

namespace {

constexpr std::int64_t kMicrosecond = 1'000;
/// Between two numbers: who jumps further counts something else, and a sum of such jumps would go beyond its 64 bits.
constexpr std::uint64_t kMostLost = std::numeric_limits<std::uint32_t>::max();

/// Whether a message may be a ping: a look that spares most messages a closer one. string_view::find would stop at
/// every quote.
bool may_be_ping(std::string_view data) {
  constexpr std::string_view kPing = "\"ping\"";
  return ::memmem(data.data(), data.size(), kPing.data(), kPing.size()) != nullptr;
}

bool is_ping(std::string_view data) {
  if (!may_be_ping(data)) { return false; }
  const wire::RpcGlance message = wire::glance(data);
  return message.kind == wire::RpcGlance::Kind::request && message.method == "ping";
}

/// Whole gaps between heartbeats that make a rhythm, and how many times the longest gap of the stream is beyond it: a
/// stall of a beat or two is none.
constexpr std::uint8_t kRhythm = 2;
constexpr std::int64_t kCeasedGaps = 4;
/// Likewise of events, which nothing obliges a server to send: more of them, and for longer (stream_step.hpp). A burst,
/// such as the progress of some work, is over sooner, and one that comes in fits has gaps far longer than most.
constexpr std::uint8_t kEventRhythm = 12;
constexpr std::int64_t kEventsCeasedGaps = 6;
constexpr std::int64_t kEventRhythmLeast = 5'000'000'000, kEventSilenceLeast = 5'000'000'000;
constexpr std::int64_t kUnevenGaps = 3;
/// Whoever is closed sooner had no time to be heard of.
constexpr std::int64_t kMuteLeast = 5'000'000'000;
/// A clock that is ahead of ours by less is one of a network of clocks that are kept together.
constexpr std::int64_t kClockSlack = 100 * 1'000'000;

/// Bytes that come so soon after others were sent with them.
constexpr std::int64_t kOneWrite = 50 * 1'000'000;

std::uint64_t at_least_zero(std::int64_t ns) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, ns)); }

/// The gap since a moment in gap units, which come round again after 52 days.
std::int64_t gap_since(std::uint32_t units, std::int64_t now_ns) {
  const auto now = static_cast<std::uint32_t>(now_ns >> StreamState::kGapUnitShift);
  return std::int64_t{now - units} << StreamState::kGapUnitShift;
}

std::uint32_t in_gap_units(std::int64_t ns) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(ns >> StreamState::kGapUnitShift, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void begin_stream(StreamState& state, const Handover& handover, bool in_handshake, std::int64_t now_ns) {
  state.framing = handover.framing;
  state.body = StreamState::Body();
  if (handover.framing == Framing::length) { state.body.left = handover.length; }
  state.events = wire::SseScan();
  state.held_ns = state.last_byte_ns = now_ns;
  state.last_heartbeat_ns = 0;
  state.longest_gap = 0;
  state.longest_heartbeat_gap = 0;
  state.longest_event_gap = 0;
  state.event_gaps = 0;
  state.heartbeats = 0;
  state.opened_in_us = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
      (now_ns - handover.times.started_ns) / kMicrosecond, 0, std::numeric_limits<std::uint32_t>::max()));
  state.in_handshake = in_handshake;
  state.had_event = false;
  state.asked_back = false;
  state.spoke = false;
  state.timed_event = false;
}

/// One read of one stream. The scans are worked on in copies: the owner may close the stream, and even open another in
/// its slot, from within a call.
class StreamStep::Run final : public wire::SseSink {
 public:
  Run(StreamStep& step, std::uint32_t slot, StreamState& state, const Observation& observation, const StreamRead& read)
      : slot_(slot),
        step_(step),
        state_(state),
        observation_(observation),
        numbers_(*observation.numbers),
        read_(read),
        events_(state.events),
        outer_(step.running_) {
    state.events = wire::SseScan();  // A stop finds no buffer there to give back.
    step.running_ = this;
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    step_.running_ = outer_;
    if (stopped_) {
      events_.release(step_.carries_);
    } else {
      state_.events = events_;
    }
  }

  Result run() {
    count_read();
    switch (state_.framing) {
      case Framing::chunked:
        return chunked();
      case Framing::length:
        return measured();
      case Framing::close:
        break;
    }
    return feed(read_.bytes) ? Result::open : ended(Result::malformed);
  }

  void stop(std::uint32_t slot) {
    for (Run* run = this; run != nullptr; run = run->outer_) { run->stopped_ = run->stopped_ || run->slot_ == slot; }
  }

  void event(const wire::SseEventView& event) override {
    if (stopped_) { return; }
    ++numbers_[Counter::events];
    if (!state_.had_event) { first_event(); }
    if (event.has_id && observation_.ids) { step_.ids_.set(state_.id, event.id); }
    if (observation_.sequence) {
      judge(wire::find_raw(event.data, *observation_.sequence));
    } else if (event.has_id && observation_.sequence_of_ids) {
      judge(event.id);
    }
    if (observation_.sent_at) { see_sent_at(event.data); }
    const bool ping = observation_.mcp && is_ping(event.data);
    if (!ping) { time_event(); }
    if (!observation_.mcp) { return; }
    if (ping) { heartbeat(); }
    step_.owner_.event(slot_, event, read_.arrived_ns);
  }

  void comment(std::string_view) override {
    if (!stopped_) { heartbeat(); }
  }

  void retry(std::uint64_t milliseconds) override {
    if (stopped_) { return; }
    state_.asked_back = true;
    step_.owner_.retry(slot_, milliseconds);
  }

  void id_alone(std::string_view id) override {
    if (stopped_) { return; }
    if (observation_.ids) { step_.ids_.set(state_.id, id); }
    if (observation_.sequence_of_ids && !observation_.sequence) { judge(id); }
  }

 private:
  /// A last chunk, or a part of one, is no sign of life: with it the end would always come after no silence at all. The
  /// shortest chunk that brings anything is a byte longer.
  bool is_framing() const {
    constexpr std::size_t kMost = std::string_view("\r\n0\r\n\r\n").size();
    if (state_.framing != Framing::chunked || read_.bytes.size() > kMost) { return false; }
    wire::ChunkScan chunks = state_.body.chunks;
    std::string_view bytes = read_.bytes, piece;
    return chunks.next(bytes, piece) != wire::ChunkScan::Status::data;
  }

  void count_read() {
    numbers_[Counter::bytes] += read_.bytes.size();
    if (read_.lag_ns >= 0) { numbers_[Timer::client_lag].record(static_cast<std::uint64_t>(read_.lag_ns)); }
    if (is_framing()) { return; }
    state_.spoke = true;
    const std::int64_t gap_ns = read_.arrived_ns - state_.last_byte_ns;
    if (gap_ns >= kOneWrite) { state_.asked_back = false; }
    numbers_[Timer::byte_gap].record(at_least_zero(gap_ns));
    state_.longest_gap = std::max(state_.longest_gap, in_gap_units(gap_ns));
    state_.last_byte_ns = std::max(state_.last_byte_ns, read_.arrived_ns);
  }

  Result chunked() {
    wire::ChunkScan chunks = state_.body.chunks;
    std::string_view bytes = read_.bytes;
    for (std::string_view piece;;) {
      switch (chunks.next(bytes, piece)) {
        case wire::ChunkScan::Status::data:
          if (!feed(piece)) { return ended(Result::malformed); }
          if (stopped_) { return Result::stopped; }
          break;
        case wire::ChunkScan::Status::more:
          state_.body.chunks = chunks;
          return Result::open;
        case wire::ChunkScan::Status::done:
          return Result::clean_end;
        case wire::ChunkScan::Status::malformed:
          return Result::malformed;
      }
    }
  }

  Result measured() {
    const std::string_view bytes = read_.bytes.substr(0, std::min<std::uint64_t>(state_.body.left, read_.bytes.size()));
    state_.body.left -= bytes.size();
    const bool last = state_.body.left == 0;
    if (!feed(bytes)) { return ended(Result::malformed); }
    return last ? ended(Result::clean_end) : ended(Result::open);
  }

  bool feed(std::string_view bytes) { return events_.feed(bytes, step_.carries_, *this); }
  Result ended(Result result) const { return stopped_ ? Result::stopped : result; }

  void first_event() {
    state_.had_event = true;
    const std::int64_t since_start_ns = read_.arrived_ns - state_.held_ns + state_.opened_in_us * kMicrosecond;
    numbers_.connect[static_cast<std::size_t>(ConnectPhase::first_event)].record(at_least_zero(since_start_ns));
  }

  /// Events of one write lie no gap apart.
  void time_event() {
    const std::int64_t gap_ns = state_.timed_event ? gap_since(state_.last_event, read_.arrived_ns) : 0;
    if (gap_ns > 0) { numbers_[Timer::event_gap].record(static_cast<std::uint64_t>(gap_ns)); }
    if (gap_ns >= kOneWrite) {
      state_.longest_event_gap = std::max(state_.longest_event_gap, in_gap_units(gap_ns));
      if (state_.event_gaps < std::numeric_limits<std::uint8_t>::max()) { ++state_.event_gaps; }
    }
    state_.last_event = static_cast<std::uint32_t>(read_.arrived_ns >> StreamState::kGapUnitShift);
    state_.timed_event = true;
  }

  /// Several comments of one read are several heartbeats, but no gap lies between them.
  void heartbeat() {
    ++numbers_[Counter::heartbeats];
    if (state_.last_heartbeat_ns != 0 && read_.arrived_ns > state_.last_heartbeat_ns) {
      const std::int64_t gap_ns = read_.arrived_ns - state_.last_heartbeat_ns;
      numbers_[Timer::heartbeat_gap].record(static_cast<std::uint64_t>(gap_ns));
      state_.longest_heartbeat_gap = std::max(state_.longest_heartbeat_gap, in_gap_units(gap_ns));
      if (state_.heartbeats < kRhythm) { ++state_.heartbeats; }
    }
    state_.last_heartbeat_ns = read_.arrived_ns;
  }

  void judge(std::optional<std::string_view> raw) {
    const std::optional<std::int64_t> number = raw ? wire::raw_to_integer(*raw) : std::nullopt;
    if (!number) { return; }
    if (state_.renumbered) {
      state_.renumbered = false;
      if (*number <= state_.sequence.highest()) {
        state_.sequence = Sequence();
        ++numbers_[Counter::reconnects_blind];
      }
    }
    const Sequence::Verdict verdict = state_.sequence.see(*number);
    ++numbers_[Counter::events_sequenced];
    numbers_[Counter::events_lost] += std::min(verdict.lost, kMostLost);
    numbers_[Counter::events_repeated] += verdict.repeated ? 1 : 0;
    numbers_[Counter::events_out_of_order] += verdict.out_of_order ? 1 : 0;
  }

  void see_sent_at(std::string_view data) {
    const std::optional<std::string_view> raw = wire::find_raw(data, *observation_.sent_at);
    const std::optional<std::int64_t> sent_ns = raw ? wire::raw_to_unix_ns(*raw) : std::nullopt;
    if (!sent_ns || *sent_ns < 0) { return; }
    const std::int64_t delay_ns = read_.arrived_realtime_ns - *sent_ns;
    if (delay_ns < -kClockSlack) {
      ++numbers_[Counter::events_ahead];  // Nobody knows how long it took.
    } else {
      numbers_[Timer::delivery_delay].record(at_least_zero(delay_ns));
    }
    if (earliest_sent_ns_ >= 0 && *sent_ns - earliest_sent_ns_ > observation_.coalesce_gap) {
      ++numbers_[Counter::events_coalesced];
    }
    if (earliest_sent_ns_ < 0 || *sent_ns < earliest_sent_ns_) { earliest_sent_ns_ = *sent_ns; }
  }

  const std::uint32_t slot_;
  bool stopped_ = false;
  StreamStep& step_;
  StreamState& state_;
  const Observation& observation_;
  PopulationNumbers& numbers_;
  const StreamRead& read_;
  wire::SseScan events_;
  Run* const outer_;
  std::int64_t earliest_sent_ns_ = -1;  // Of the events of this read.
};

StreamStep::Result StreamStep::read(std::uint32_t slot, StreamState& state, const Observation& observation,
                                    const StreamRead& read) {
  return Run(*this, slot, state, observation, read).run();
}

void StreamStep::stop(std::uint32_t slot, StreamState& state) {
  if (running_ != nullptr) { running_->stop(slot); }
  state.events.release(carries_);
}

std::int64_t last_event_ns(const StreamState& state, std::int64_t now_ns) {
  return now_ns - gap_since(state.last_event, now_ns);
}

bool is_idle_cut(const StreamState& state, const Observation& observation, std::int64_t idle_ns) {
  if (idle_ns < observation.idle_cut_after) { return false; }
  const std::int64_t longest_ns = std::int64_t{state.longest_gap} << StreamState::kGapUnitShift;
  // Silences that are looked for in less than seconds are told apart as finely.
  reports::Precision precision;
  precision.resolution_s = std::min(precision.resolution_s, wire::seconds_of(observation.idle_cut_after) / 2);
  return !reports::lived_through(wire::seconds_of(idle_ns), wire::seconds_of(longest_ns), precision);
}

namespace {

bool has_ceased(const StreamState& state, const Observation& observation, std::int64_t silence_ns) {
  const std::int64_t longest_ns = std::int64_t{std::max(state.longest_gap, state.longest_heartbeat_gap)}
                                  << StreamState::kGapUnitShift;
  return state.heartbeats >= kRhythm && silence_ns >= observation.idle_cut_after &&
         silence_ns > kCeasedGaps * longest_ns;
}

/// Where calls of ours may be what the events are about, the stream's turn must have come as often.
bool have_events_ceased(const StreamState& state, const Observation& observation, std::int64_t now_ns) {
  if (state.event_gaps < kEventRhythm) { return false; }
  const std::int64_t longest_ns = std::int64_t{state.longest_event_gap} << StreamState::kGapUnitShift;
  const std::int64_t silence_ns = gap_since(state.last_event, now_ns);
  const std::int64_t rhythm_ns = now_ns - silence_ns - state.held_ns;
  const bool counted_all = state.event_gaps < std::numeric_limits<std::uint8_t>::max();
  const bool uneven = counted_all && longest_ns > kUnevenGaps * (rhythm_ns / state.event_gaps);
  const std::int64_t least_ns =
      std::max({kEventSilenceLeast, observation.idle_cut_after, kEventsCeasedGaps * longest_ns});
  return !uneven && rhythm_ns >= kEventRhythmLeast && silence_ns > least_ns &&
         silence_ns / kEventsCeasedGaps > observation.call_gap;
}

/// What a stream that we close had come to.
void count_silence(const StreamState& state, const Observation& observation, std::int64_t now_ns) {
  PopulationNumbers& numbers = *observation.numbers;
  const std::int64_t silence_ns = now_ns - state.last_byte_ns;
  const std::int64_t longest_ns = std::int64_t{state.longest_gap} << StreamState::kGapUnitShift;
  const bool events_ceased = have_events_ceased(state, observation, now_ns);
  const bool silent = silence_ns >= observation.idle_cut_after && silence_ns > kCeasedGaps * longest_ns;
  if (has_ceased(state, observation, silence_ns) || (events_ceased && silent)) {
    ++numbers[Counter::streams_ceased];
  } else if (events_ceased) {
    ++numbers[Counter::events_ceased];
  }
  if (!state.spoke && now_ns - state.held_ns >= std::max(kMuteLeast, observation.idle_cut_after)) {
    ++numbers[Counter::streams_mute];
  }
}

}  // namespace

EndReason end_of(const StreamState& state, const Observation& observation, Cut cut, std::int64_t now_ns) {
  if (is_idle_cut(state, observation, now_ns - state.last_byte_ns)) { return EndReason::idle_cut; }
  if (cut == Cut::reset) { return EndReason::rst; }
  if (cut == Cut::tls) { return EndReason::tls_close; }
  switch (state.framing) {
    case Framing::close:
      return EndReason::close_delimited_eof;
    case Framing::length:
      return EndReason::fin_mid_chunk;
    case Framing::chunked:
      break;
  }
  return state.body.chunks.between_chunks() ? EndReason::fin_no_terminator : EndReason::fin_mid_chunk;
}

void count_end(StreamState& state, const Observation& observation, EndReason reason, std::int64_t now_ns) {
  PopulationNumbers& numbers = *observation.numbers;
  numbers[Counter::events_lost] += state.sequence.settle();
  if (state.in_handshake) { return; }
  const auto index = static_cast<std::size_t>(reason);
  ++numbers.ends[index];
  numbers.age[index].record(at_least_zero(now_ns - state.held_ns));
  const std::int64_t silence_ns = now_ns - state.last_byte_ns;
  numbers.idle_age[index].record(at_least_zero(silence_ns));
  if (reason == EndReason::client) { count_silence(state, observation, now_ns); }
  if (in_gap_units(silence_ns) > state.longest_gap) { numbers[Timer::byte_gap].record(at_least_zero(silence_ns)); }
  // Without a whole gap nothing tells whether the next heartbeat was due: what was open is no sample, only a bound
  // (Open::heartbeat_gap has it).
  if (state.last_heartbeat_ns == 0 || state.longest_heartbeat_gap == 0) { return; }
  const std::int64_t beatless_ns = now_ns - state.last_heartbeat_ns;
  if (in_gap_units(beatless_ns) > state.longest_heartbeat_gap) {
    numbers[Timer::heartbeat_gap].record(at_least_zero(beatless_ns));
  }
}

}  // namespace weir::loadgen
