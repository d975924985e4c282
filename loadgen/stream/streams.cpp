#include "loadgen/stream/streams.hpp"

#include <algorithm>
#include <array>

#include "loadgen/net/wheel.hpp"
#include "loadgen/stream/polled.hpp"

namespace weir::loadgen {

using reports::load::EndReason;
using reports::load::Gauge;
using reports::load::Open;

namespace {

constexpr std::uint32_t kBlockShift = 10;  // The slab grows by so many streams (a power of two), which never move.
constexpr std::uint32_t kBlock = 1U << kBlockShift;
constexpr int kReadsAtOnce = 4;  // Of one stream, before others have their turn.
constexpr Nanos kSilenceTick = 10 * kMillisecond;

constexpr std::array kSilent = {std::pair{Gauge::streams_silent_30s, 30 * kSecond},
                                std::pair{Gauge::streams_silent_60s, 60 * kSecond},
                                std::pair{Gauge::streams_silent_120s, 120 * kSecond}};

struct Stream {
  Channel channel;
  StreamState state;
};
static_assert(sizeof(Stream) <= 112, "with its deadline, 12 bytes in the wheel, it has to stay below 128");

}  // namespace

struct Streams::Impl {
  Impl(Loop& its_loop, Channels& its_channels, StreamOwner& its_owner, std::vector<Observation> observed)
      : loop(its_loop),
        channels(its_channels),
        owner(its_owner),
        populations(std::move(observed)),
        step(its_owner),
        silences(kSilenceTick) {}

  Loop& loop;
  Channels& channels;
  StreamOwner& owner;
  std::vector<Observation> populations;
  StreamStep step;
  std::vector<std::unique_ptr<std::array<Stream, kBlock>>> blocks;
  Wheel silences;  // Only of populations with a silence limit; looked at when due, not moved with each byte.
  std::size_t count = 0;

  Stream* find(std::uint32_t slot) const {
    const std::size_t block = slot >> kBlockShift;
    return block < blocks.size() ? &(*blocks[block])[slot & (kBlock - 1)] : nullptr;
  }
  Stream& make(std::uint32_t slot) {
    while (slot >> kBlockShift >= blocks.size()) { blocks.push_back(std::make_unique<std::array<Stream, kBlock>>()); }
    return *find(slot);
  }
  Stream* held(std::uint32_t slot) const {
    Stream* const stream = find(slot);
    return stream != nullptr && stream->channel.open() ? stream : nullptr;
  }
  const Observation& observation(const Stream& stream) const { return populations[stream.state.population]; }

  void drop(std::uint32_t slot, Stream& stream, Channels::How how) {
    step.stop(slot, stream.state);
    silences.cancel(slot);
    loop.forget(stream.channel.fd);
    channels.close(stream.channel, how);
    --count;
  }

  void end(std::uint32_t slot, Stream& stream, EndReason reason, Channels::How how) {
    const bool is_whole = reason == EndReason::clean_end || reason == EndReason::close_delimited_eof;
    const bool polls = is_whole && ends_to_be_polled(stream.state, observation(stream), reason, loop.now_ns());
    if (is_whole && owner.is_complete(slot)) {
      reason = EndReason::completed;
    } else if (polls && owner.asks_to_be_polled(slot)) {
      reason = EndReason::polled;
    }
    count_end(stream.state, observation(stream), reason, loop.now_ns());
    drop(slot, stream, how);
    owner.ended(slot, reason);
  }

  void cut(std::uint32_t slot, Stream& stream, Cut cut) {
    end(slot, stream, end_of(stream.state, observation(stream), cut, loop.now_ns()), Channels::How::orderly);
  }

  /// Whether the stream is still there.
  bool take(std::uint32_t slot, Stream& stream, const StreamRead& read) {
    switch (step.read(slot, stream.state, observation(stream), read)) {
      case StreamStep::Result::open:
        return true;
      case StreamStep::Result::clean_end:
        end(slot, stream, EndReason::clean_end, Channels::How::orderly);
        return false;
      case StreamStep::Result::malformed:
        end(slot, stream, EndReason::malformed, Channels::How::reset);
        return false;
      case StreamStep::Result::stopped:
        break;
    }
    return false;
  }

  bool take(std::uint32_t slot, Stream& stream, const Received& received) {
    switch (received.what) {
      case Received::What::bytes:
        return take(slot, stream, dated(stream, received));
      case Received::What::nothing:
        return true;
      case Received::What::fin:
        cut(slot, stream, Cut::fin);
        return false;
      case Received::What::reset:
        cut(slot, stream, Cut::reset);
        return false;
      case Received::What::tls_close:
      case Received::What::tls_truncated:
      case Received::What::tls_failed:
        break;
    }
    cut(slot, stream, Cut::tls);
    return false;
  }

  StreamRead dated(const Stream& stream, const Received& received) const {
    StreamRead read;
    read.bytes = received.bytes;
    const std::int64_t now_ns = monotonic_ns();
    // Without a stamp that can be believed, our own time is the best there is, and says nothing of our lag.
    const auto stamped =
        arrival_ns(received.kernel_realtime_ns, loop.realtime_offset_ns(), stream.state.last_byte_ns, now_ns);
    read.arrived_ns = stamped.value_or(now_ns);
    read.arrived_realtime_ns = stamped ? received.kernel_realtime_ns : realtime_ns();
    if (stamped) { read.lag_ns = now_ns - *stamped; }  // Not by the wall clock, which may be set in between.
    return read;
  }

  void watch_silence(std::uint32_t slot, const Stream& stream) {
    const Nanos limit = observation(stream).silence_limit;
    if (limit > 0) { silences.set(slot, stream.state.last_byte_ns + limit); }
  }

  void silence_due(std::uint32_t slot, std::int64_t now_ns) {
    Stream* const stream = held(slot);
    if (stream == nullptr) { return; }
    if (now_ns - stream->state.last_byte_ns < observation(*stream).silence_limit) {
      return watch_silence(slot, *stream);
    }
    end(slot, *stream, EndReason::half_open, Channels::How::reset);
  }
};

Streams::Streams(Loop& loop, Channels& channels, StreamOwner& owner, std::vector<Observation> populations)
    : impl_(std::make_unique<Impl>(loop, channels, owner, std::move(populations))) {
  loop.handle(Kind::stream, *this);
}

Streams::~Streams() {
  for (std::uint32_t slot = 0; slot < impl_->blocks.size() << kBlockShift; ++slot) { close(slot); }
}

bool Streams::adopt(std::uint32_t slot, std::uint32_t population, Handover&& handover, const Continuity& continuity,
                    bool in_handshake) {
  Stream& stream = impl_->make(slot);
  if (!impl_->loop.watch(handover.channel.fd, Kind::stream, slot)) {
    impl_->channels.close(handover.channel, Channels::How::reset);
    return false;
  }
  const std::int64_t now_ns = impl_->loop.now_ns();
  stream.channel = std::exchange(handover.channel, {});
  stream.state.population = static_cast<std::uint8_t>(population);
  begin_stream(stream.state, handover, in_handshake, now_ns);
  const bool had_numbers = continuity.last_sequence != INT64_MIN;
  const bool goes_on = had_numbers && (continuity.resumed || continuity.same_session);
  stream.state.sequence = goes_on ? Sequence::resumed(continuity.last_sequence) : Sequence();
  stream.state.renumbered = goes_on && !continuity.resumed;
  if (had_numbers && !goes_on && continuity.unknown) {
    ++(*impl_->observation(stream).numbers)[reports::load::Counter::reconnects_blind];
  }
  ++impl_->count;
  impl_->channels.settle(stream.channel);
  impl_->watch_silence(slot, stream);
  if (handover.framing == Framing::length && handover.length == 0) {
    impl_->end(slot, stream, EndReason::clean_end, Channels::How::orderly);
  } else if (!handover.rest.empty()) {
    StreamRead rest;
    rest.bytes = handover.rest;
    rest.arrived_ns = handover.rest_at_ns;
    rest.arrived_realtime_ns = handover.rest_at_ns + impl_->loop.realtime_offset_ns();
    impl_->take(slot, stream, rest);
  }
  return true;
}

void Streams::through(std::uint32_t slot) {
  Stream* const stream = impl_->held(slot);
  if (stream == nullptr) { return; }
  StreamState& state = stream->state;
  const std::int64_t later_ns = impl_->loop.now_ns() - state.held_ns;
  state.in_handshake = false;
  state.held_ns += later_ns;
  state.opened_in_us += static_cast<std::uint32_t>(later_ns / 1'000);
}

void Streams::close(std::uint32_t slot, Channels::How how, bool counted) {
  Stream* const stream = impl_->held(slot);
  if (stream == nullptr) { return; }
  if (counted) { count_end(stream->state, impl_->observation(*stream), EndReason::client, impl_->loop.now_ns()); }
  impl_->drop(slot, *stream, how);
}

bool Streams::held(std::uint32_t slot) const { return impl_->held(slot) != nullptr; }

std::int64_t Streams::last_byte_ns(std::uint32_t slot) const {
  const Stream* const stream = impl_->find(slot);
  return stream == nullptr ? INT64_MIN : stream->state.last_byte_ns;
}

Continuity Streams::continuity(std::uint32_t slot) const {
  const Stream* const stream = impl_->find(slot);
  return stream == nullptr ? Continuity{} : Continuity{stream->state.sequence.highest(), false};
}

std::string_view Streams::last_event_id(std::uint32_t slot) const {
  const Stream* const stream = impl_->find(slot);
  return stream == nullptr ? std::string_view() : impl_->step.ids().get(stream->state.id);
}

void Streams::forget_continuity(std::uint32_t slot) {
  Stream* const stream = impl_->find(slot);
  if (stream == nullptr) { return; }
  impl_->step.ids().clear(stream->state.id);
  stream->state.sequence = Sequence();
}

void Streams::tick(std::int64_t now_ns) {
  if (impl_->silences.size() == 0) { return; }
  impl_->silences.advance(now_ns, [&](std::uint32_t slot) { impl_->silence_due(slot, now_ns); });
}

void Streams::look(std::int64_t now_ns) const {
  for (const Observation& observation : impl_->populations) {
    for (const auto& [gauge, span_ns] : kSilent) { (*observation.numbers)[gauge] = 0; }
  }
  for (const auto& block : impl_->blocks) {
    for (const Stream& stream : *block) {
      const StreamState& state = stream.state;
      if (!stream.channel.open() || state.in_handshake) { continue; }
      reports::load::PopulationNumbers& numbers = *impl_->observation(stream).numbers;
      const auto longest = [&](Open what, std::int64_t since_ns) {
        numbers[what] = std::max(numbers[what], now_ns - since_ns);
      };
      longest(Open::byte_gap, state.last_byte_ns);
      if (state.last_heartbeat_ns != 0) { longest(Open::heartbeat_gap, state.last_heartbeat_ns); }
      if (state.timed_event) { longest(Open::event_gap, last_event_ns(state, now_ns)); }
      for (const auto& [gauge, span_ns] : kSilent) { numbers[gauge] += now_ns - state.last_byte_ns >= span_ns ? 1 : 0; }
    }
  }
}

void Streams::expect_calls(std::uint32_t population, Nanos gap) { impl_->populations[population].call_gap = gap; }

std::size_t Streams::count() const { return impl_->count; }

std::size_t Streams::bytes() const {
  return sizeof(Impl) + impl_->blocks.capacity() * sizeof(impl_->blocks[0]) +
         impl_->blocks.size() * kBlock * sizeof(Stream) + impl_->silences.bytes() + impl_->step.bytes();
}

void Streams::ready(std::uint32_t slot, std::uint32_t /*events*/) {
  Stream* const stream = impl_->held(slot);
  if (stream == nullptr) { return; }
  for (int reads = 0;; ++reads) {
    const Received received = impl_->channels.read(stream->channel);
    if (!impl_->take(slot, *stream, received) || !received.more) { return; }
    if (reads + 1 < kReadsAtOnce) { continue; }
    // What TLS has taken from the socket already wakes nobody.
    if (stream->channel.tls != 0) { impl_->loop.again(Kind::stream, slot); }
    return;
  }
}

}  // namespace weir::loadgen
