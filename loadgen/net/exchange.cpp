#include "loadgen/net/exchange.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <memory>

#include "loadgen/net/exchange_impl.hpp"

namespace weir::loadgen {

namespace {

using State = ExchangeSlot::State;
using Status = ResponseIntake::Status;

wire::StreamEnd stream_end(Received::What what) {
  switch (what) {
    case Received::What::fin:
      return wire::StreamEnd::fin;
    case Received::What::tls_close:
      return wire::StreamEnd::tls_close;
    case Received::What::tls_truncated:
      return wire::StreamEnd::tls_truncated;
    case Received::What::tls_failed:
      return wire::StreamEnd::tls_failed;
    default:
      return wire::StreamEnd::reset;
  }
}

}  // namespace

std::uint32_t Exchanges::Impl::take_slot() {
  if (unused.empty()) {
    unused.push_back(static_cast<std::uint32_t>(slots.size()));
    slots.emplace_back();
  }
  const std::uint32_t index = unused.back();
  unused.pop_back();
  swollen = swollen || slots.size() - unused.size() > kMany;
  return index;
}

void Exchanges::Impl::free_slot(std::uint32_t index) {
  ExchangeSlot& slot = slots[index];
  slot.state = State::unused;
  slot.next_generation();
  slot.plan.request.clear();
  slot.owner = nullptr;
  if (index != telling) { unused.push_back(index); }
}

void Exchanges::Impl::start_sending(std::uint32_t index) {
  ExchangeSlot& slot = slots[index];
  slot.state = State::sending;
  slot.write_broken = false;
  slot.events_told = 0;
  slot.intake.begin(slot.plan.want_stream, slot.plan.method, slot.plan.body_limit);
  wheel.set(index, monotonic_ns() + slot.plan.answer_timeout_ns);
  send(index);
}

void Exchanges::Impl::send(std::uint32_t index) {
  ExchangeSlot& slot = slots[index];
  const std::string& request = slot.plan.request;
  while (slot.written < request.size()) {
    const std::int64_t taken = channels.write(slot.channel, std::string_view(request).substr(slot.written));
    if (taken == 0) {
      watch(index, EPOLLIN | EPOLLOUT);  // An answer may come before the request is out.
      return;
    }
    if (taken < 0) {
      slot.write_broken = true;  // Why, the answer or the end of the connection says, which is read now.
      break;
    }
    slot.written += static_cast<std::size_t>(taken);
  }
  slot.sent_ns = monotonic_ns();
  slot.state = State::waiting;
  if (watch(index, EPOLLIN) && slot.write_broken && !beginning) { receive(index); }
}

void Exchanges::Impl::receive(std::uint32_t index) {
  const std::uint32_t id = id_of(index);
  while (id == id_of(index)) {
    ExchangeSlot& slot = slots[index];
    const Received received = channels.read(slot.channel);
    if (received.what == Received::What::nothing && slot.write_broken) {
      if (!replaced(index)) {
        finish(index, Failed::reset, "the peer stopped taking the request and answered nothing");
      }
      return;
    }
    if (!take(index, received)) { return; }
  }
}

bool Exchanges::Impl::take(std::uint32_t index, const Received& received) {
  if (received.what == Received::What::nothing) { return false; }
  ExchangeSlot& slot = slots[index];
  const std::int64_t now = monotonic_ns();
  const std::int64_t earliest = slot.state == State::sending ? slot.times.started_ns : slot.sent_ns;
  const auto stamped = arrival_ns(received.kernel_realtime_ns, loop.realtime_offset_ns(), earliest, now);
  const std::int64_t arrived = stamped.value_or(now);
  slot.arrived_ns = arrived;
  if (stamped) { slot.times.lag_ns = std::max(slot.times.lag_ns, now - arrived); }
  const std::int64_t at_us = (arrived - slot.times.started_ns) / 1000;
  const bool bytes = received.what == Received::What::bytes;
  if (!bytes && !slot.intake.any_byte() && replaced(index)) { return false; }
  const Status status =
      bytes ? slot.intake.feed(received.bytes, at_us) : slot.intake.end_of_connection(stream_end(received.what), at_us);
  if (slot.times.headers_ns < 0 && (status == Status::stream || slot.intake.head_done())) {
    slot.times.headers_ns = slot.state == State::sending ? 0 : arrived - slot.sent_ns;
    if (slot.state == State::waiting) { slot.state = State::receiving; }
  }
  if (status == Status::stream) {
    hand_over(index, arrived);
    return false;
  }
  if (slot.intake.head_done() && !slot.intake.exchange().items.empty() && !tell_events(index)) { return false; }
  if (status != Status::more) {
    finish(index, slot.intake.failed(), slot.intake.take_detail());
    return false;
  }
  return received.more;
}

/// False when the owner has cancelled the exchange meanwhile.
bool Exchanges::Impl::tell_events(std::uint32_t index) {
  const std::uint32_t id = id_of(index);
  ExchangeSlot& slot = slots[index];
  telling = index;
  while (id_of(index) == id && slot.events_told < slot.intake.exchange().items.size()) {
    const auto& item = slot.intake.exchange().items[slot.events_told++];
    if (const auto* event = std::get_if<wire::SseEvent>(&item)) {
      slot.owner->event(slot.ticket, *event, slot.arrived_ns);
    }
  }
  telling = UINT32_MAX;
  if (id_of(index) != id) {
    unused.push_back(index);
    return false;
  }
  return true;
}

void Exchanges::Impl::timed_out(std::uint32_t index) {
  switch (slots[index].state) {
    case State::connecting:
      fail_connect(index, ConnectFailure::timeout, connect_sentence(ConnectFailure::timeout, slots[index].to, nullptr));
      break;
    case State::securing:
      fail_connect(index, ConnectFailure::timeout,
                   fmt::format("the TLS handshake with {} did not end in time", slots[index].to.text()));
      break;
    case State::sending:
      finish(index, Failed::head_timeout,
             fmt::format("{} did not take the whole request in time", slots[index].to.text()));
      break;
    case State::waiting:
      finish(index, Failed::head_timeout, fmt::format("{} sent no response head in time", slots[index].to.text()));
      break;
    case State::receiving:
      finish(index, Failed::body_timeout, fmt::format("{} did not end its response in time", slots[index].to.text()));
      break;
    default:
      break;
  }
}

void Exchanges::Impl::hand_over(std::uint32_t index, std::int64_t arrived_ns) {
  ExchangeSlot& slot = slots[index];
  wheel.cancel(index);
  loop.forget(slot.channel.fd);
  slot.watching = 0;
  Handover handover;
  handover.rest.assign(slot.intake.rest());
  handover.rest_at_ns = arrived_ns;
  channels.settle(slot.channel);
  handover.channel = std::exchange(slot.channel, Channel{});
  handover.head = slot.intake.take_head();
  handover.framing = slot.intake.framing();
  handover.length = slot.intake.length();
  slot.times.done_ns = arrived_ns - slot.times.started_ns;
  handover.times = slot.times;
  ExchangeOwner* const owner = slot.owner;
  const Ticket ticket = slot.ticket;
  free_slot(index);
  owner->handed_over(ticket, std::move(handover));
}

void Exchanges::Impl::finish(std::uint32_t index, Failed failed, std::string detail, ConnectFailure connect) {
  ExchangeSlot& slot = slots[index];
  wheel.cancel(index);
  if (beginning) {
    drop_connection(slot);
    slot.state = State::over;
    slot.failed = failed;
    slot.connect = connect;
    slot.detail = std::move(detail);
    over.push_back(index);
    return;
  }
  Outcome outcome;
  outcome.failed = failed;
  outcome.connect = connect;
  outcome.detail = std::move(detail);
  slot.times.done_ns = (failed == Failed::no ? slot.arrived_ns : monotonic_ns()) - slot.times.started_ns;
  outcome.times = slot.times;
  const bool keep = failed == Failed::no && slot.plan.keep_alive && slot.written == slot.plan.request.size() &&
                    slot.intake.reusable();
  if (connect == ConnectFailure::none) {
    outcome.last_event_id = slot.intake.last_event_id();
    outcome.http = slot.intake.take_exchange();
    outcome.http.remote = slot.to.text();
  }
  ExchangeOwner* const owner = slot.owner;
  const Ticket ticket = slot.ticket;
  keep_or_close(index, keep);
  owner->finished(ticket, std::move(outcome));
}

Exchanges::Exchanges(Loop& loop, Channels& channels) : impl_(std::make_unique<Impl>(loop, channels)) {
  loop.handle(Kind::exchange, *this);
}

Exchanges::~Exchanges() {
  for (ExchangeSlot& slot : impl_->slots) { impl_->drop_connection(slot); }
}

std::uint32_t Exchanges::begin(ExchangePlan plan, Ticket ticket, ExchangeOwner& owner) {
  Impl& impl = *impl_;
  impl.beginning = true;
  const Pair pair = plan.destination->next();
  std::uint32_t index = plan.keep_alive && pair.to != nullptr ? impl.take_kept(plan, *pair.to) : UINT32_MAX;
  const bool reuse = index != UINT32_MAX;
  if (!reuse) { index = impl.take_slot(); }
  ExchangeSlot& slot = impl.slots[index];
  slot.owner = &owner;
  slot.ticket = ticket;
  slot.plan = std::move(plan);
  slot.reused = reuse;
  slot.written = 0;
  slot.tries = 0;
  slot.times = {};
  slot.times.started_ns = monotonic_ns();
  slot.connect_by_ns = slot.times.started_ns + slot.plan.connect_timeout_ns;
  const std::uint32_t id = impl.id_of(index);
  if (reuse) {
    impl.start_sending(index);
  } else {
    impl.open(index, pair);
  }
  impl.beginning = false;
  return id;
}

void Exchanges::cancel(std::uint32_t id) {
  Impl& impl = *impl_;
  const std::uint32_t index = id & Impl::kIndexMask;
  if (index >= impl.slots.size() || impl.id_of(index) != id || impl.slots[index].owner == nullptr) { return; }
  impl.wheel.cancel(index);
  std::erase(impl.over, index);
  impl.drop_connection(impl.slots[index]);
  impl.free_slot(index);
}

void Exchanges::tick(std::int64_t now_ns) {
  Impl& impl = *impl_;
  impl.wheel.advance(now_ns, [&impl](std::uint32_t index) { impl.timed_out(index); });
  for (std::size_t count = impl.over.size(); count > 0 && !impl.over.empty(); --count) {
    const std::uint32_t index = impl.over.front();
    impl.over.pop_front();
    ExchangeSlot& slot = impl.slots[index];
    impl.finish(index, slot.failed, std::move(slot.detail), slot.connect);
  }
}

std::int64_t Exchanges::next_ns() const { return impl_->over.empty() ? impl_->wheel.next_ns() : 0; }

void Exchanges::trim() {
  Impl& impl = *impl_;
  if (!impl.swollen || under_way() > 0) { return; }
  const auto give_back = [](auto& thing) {
    std::destroy_at(&thing);  // What is assigned to keeps its memory.
    std::construct_at(&thing);
  };
  for (const std::uint32_t index : impl.unused) {
    give_back(impl.slots[index].plan);
    give_back(impl.slots[index].intake);
    give_back(impl.slots[index].detail);
  }
  impl.swollen = false;
  ::malloc_trim(0);
}

std::size_t Exchanges::under_way() const { return impl_->slots.size() - impl_->unused.size() - impl_->kept.size(); }

std::size_t Exchanges::kept() const { return impl_->kept.size(); }

void Exchanges::ready(std::uint32_t slot, std::uint32_t events) {
  Impl& impl = *impl_;
  switch (impl.slots[slot].state) {
    case State::connecting:
      impl.connected(slot);
      break;
    case State::securing:
      impl.secure(slot);
      break;
    case State::sending:
      if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
        const std::uint32_t id = impl.id_of(slot);
        impl.receive(slot);
        if (impl.id_of(slot) != id || impl.slots[slot].state != State::sending) { break; }
      }
      impl.send(slot);
      break;
    case State::waiting:
    case State::receiving:
      impl.receive(slot);
      break;
    case State::kept:
      impl.check_kept(slot);
      break;
    default:
      break;
  }
}

}  // namespace weir::loadgen
