#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "loadgen/net/exchange_impl.hpp"

namespace weir::loadgen {

namespace {

using State = ExchangeSlot::State;

bool same(const Address& a, const Address& b) {
  return a.length == b.length && std::memcmp(&a.storage, &b.storage, a.length) == 0;
}

}  // namespace

std::string connect_sentence(ConnectFailure failure, const Address& to, const Address* from) {
  const std::string where = to.length == 0 ? "the destination" : to.text();
  switch (failure) {
    case ConnectFailure::refused:
      return where + " refuses the connection";
    case ConnectFailure::timeout:
      return where + " does not answer";
    case ConnectFailure::reset:
      return where + " reset the connection before it was made";
    case ConnectFailure::out_of_ports:
      return fmt::format("no port is left for a connection from {} to {}: add source addresses (--source)",
                         from != nullptr ? from->text() : "the kernel's choice", where);
    case ConnectFailure::out_of_files:
      return "no descriptor is left: raise the limit of open files (ulimit -n) or use more workers";
    default:
      return from != nullptr
                 ? fmt::format("{} cannot be reached from {}: is that an address of this machine?", where, from->text())
                 : where + " cannot be reached";
  }
}

/// The most recent idle connection to the address, out of the list of kept ones; UINT32_MAX where there is none.
std::uint32_t Exchanges::Impl::take_kept(const ExchangePlan& plan, const Address& to) {
  for (auto it = kept.rbegin(); it != kept.rend(); ++it) {
    const ExchangeSlot& slot = slots[*it];
    if (slot.plan.destination == plan.destination && same(slot.to, to)) {
      const std::uint32_t index = *it;
      kept.erase(std::next(it).base());
      return index;
    }
  }
  return UINT32_MAX;
}

bool Exchanges::Impl::watch(std::uint32_t index, std::uint32_t events) {
  ExchangeSlot& slot = slots[index];
  if (slot.watching == events) { return true; }
  const bool watched = slot.watching != 0 ? loop.change(slot.channel.fd, Kind::exchange, index, events)
                                          : loop.watch(slot.channel.fd, Kind::exchange, index, events);
  if (!watched) {
    fail_connect(index, ConnectFailure::out_of_files,
                 "the kernel watches no more descriptors: raise fs.epoll.max_user_watches");
    return false;
  }
  slot.watching = events;
  return true;
}

void Exchanges::Impl::open(std::uint32_t index, Pair pair) {
  ExchangeSlot& slot = slots[index];
  slot.reused = false;
  ++slot.tries;
  slot.to = pair.to != nullptr ? *pair.to : Address{};
  if (pair.to == nullptr) {
    fail_connect(index, ConnectFailure::unreachable,
                 fmt::format("'{}' has no address", slot.plan.destination->url().host));
    return;
  }
  const auto opened = channels.connect(*pair.to, pair.from);
  if (opened.failure != ConnectFailure::none) {
    open_another(index, opened.failure, pair.from);
    return;
  }
  slot.channel = opened.channel;
  slot.state = State::connecting;
  wheel.set(index, slot.connect_by_ns);
  if (slot.plan.destination->tls().context) {
    watch(index, EPOLLOUT);
    return;
  }
  // On a short path the connection is there already, and the request can go out without a wake-up in between.
  const std::int64_t taken = channels.write(slot.channel, slot.plan.request);
  if (taken < 0) {
    open_another(index, Channels::connect_failure(errno), pair.from);
  } else if (taken == 0) {
    watch(index, EPOLLOUT);
  } else {
    slot.written = static_cast<std::size_t>(taken);
    slot.times.tcp_ns = monotonic_ns() - slot.times.started_ns;
    start_sending(index);
  }
}

void Exchanges::Impl::open_another(std::uint32_t index, ConnectFailure failure, const Address* from) {
  ExchangeSlot& slot = slots[index];
  drop_connection(slot);
  Destination& destination = *slot.plan.destination;
  const bool ours = failure == ConnectFailure::out_of_files || failure == ConnectFailure::out_of_ports;
  if (ours || slot.tries >= std::min(destination.addresses(), kAddressTries)) {
    fail_connect(index, failure, connect_sentence(failure, slot.to, from));
    return;
  }
  const Address failed = slot.to;
  open(index, destination.next(&failed));
}

void Exchanges::Impl::connected(std::uint32_t index) {
  ExchangeSlot& slot = slots[index];
  if (const auto failure = channels.connected(slot.channel); failure != ConnectFailure::none) {
    open_another(index, failure, nullptr);
    return;
  }
  slot.times.tcp_ns = monotonic_ns() - slot.times.started_ns;
  if (!slot.plan.destination->tls().context) {
    start_sending(index);
    return;
  }
  if (!channels.begin_tls(slot.channel, slot.plan.destination->tls())) {
    fail_connect(index, ConnectFailure::tls,
                 fmt::format("OpenSSL takes no connection to '{}'", slot.plan.destination->tls().host));
    return;
  }
  slot.state = State::securing;
  secure(index);
}

void Exchanges::Impl::secure(std::uint32_t index) {
  ExchangeSlot& slot = slots[index];
  switch (channels.handshake(slot.channel)) {
    case Step::done:
      slot.times.tls_ns = monotonic_ns() - slot.times.started_ns - slot.times.tcp_ns;
      start_sending(index);
      break;
    case Step::want_read:
      watch(index, EPOLLIN);
      break;
    case Step::want_write:
      watch(index, EPOLLOUT);
      break;
    case Step::failed:
      fail_connect(index, ConnectFailure::tls, channels.tls_failure(slot.channel));
      break;
  }
}

void Exchanges::Impl::drop_connection(ExchangeSlot& slot) {
  if (slot.channel.open()) {
    loop.forget(slot.channel.fd);
    channels.close(slot.channel);
  }
  slot.watching = 0;
}

/// A kept connection was dead: the request goes out once more, on a new one.
bool Exchanges::Impl::replaced(std::uint32_t index) {
  ExchangeSlot& slot = slots[index];
  if (!slot.reused || slot.intake.any_byte()) { return false; }
  drop_connection(slot);
  slot.written = 0;
  slot.tries = 0;
  slot.connect_by_ns = monotonic_ns() + slot.plan.connect_timeout_ns;
  open(index, slot.plan.destination->next());
  return true;
}

void Exchanges::Impl::keep_or_close(std::uint32_t index, bool keep) {
  ExchangeSlot& slot = slots[index];
  if (!keep) {
    drop_connection(slot);
    free_slot(index);
    return;
  }
  slot.next_generation();
  slot.state = State::kept;
  slot.owner = nullptr;
  slot.plan.request.clear();
  if (kept.size() >= limits::kIdleConnections) {
    const std::uint32_t oldest = kept.front();
    kept.erase(kept.begin());
    drop_connection(slots[oldest]);
    free_slot(oldest);
  }
  kept.push_back(index);
}

/// An idle connection has something to say: its end, or under TLS perhaps a ticket.
void Exchanges::Impl::check_kept(std::uint32_t index) {
  if (channels.read(slots[index].channel).what != Received::What::nothing) {
    kept.erase(std::find(kept.begin(), kept.end(), index));
    drop_connection(slots[index]);
    free_slot(index);
  }
}

}  // namespace weir::loadgen
