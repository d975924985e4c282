// One exchange under way, or one kept connection, in its slot of the pool. A slot is used again and again; what its
// strings have allocated stays.
#pragma once

#include <cstdint>
#include <string>

#include "loadgen/net/exchange.hpp"
#include "loadgen/net/response_intake.hpp"

namespace weir::loadgen {

struct ExchangeSlot {
  enum class State : std::uint8_t {
    unused,
    connecting,  ///< TCP.
    securing,    ///< TLS.
    sending,     ///< A part of the request is still to be written.
    waiting,     ///< For the head.
    receiving,   ///< The body.
    kept,        ///< An idle connection, for the next exchange.
    over,        ///< Failed within begin(): the call-back waits for tick().
  };

  State state = State::unused;
  bool reused = false;           ///< The connection was a kept one.
  bool write_broken = false;     ///< The peer takes no more; it may have answered before.
  std::uint16_t generation = 0;  ///< Twelve bits, the upper part of an id.
  std::uint16_t tries = 0;       ///< Addresses tried.
  std::uint32_t watching = 0;    ///< Epoll's events, 0 while the descriptor is not watched.
  Channel channel;
  ExchangeOwner* owner = nullptr;
  Ticket ticket;
  ExchangePlan plan;
  Address to;
  std::size_t written = 0;
  std::size_t events_told = 0;  ///< Items of the body that the owner has been told.
  std::int64_t connect_by_ns = 0;
  std::int64_t sent_ns = 0;
  std::int64_t arrived_ns = 0;  ///< Of what was read last.
  PhaseTimes times;
  ResponseIntake intake;
  Failed failed = Failed::no;  ///< Of State::over.
  ConnectFailure connect = ConnectFailure::none;
  std::string detail;

  /// Ids that were given out so far mean nothing any more.
  void next_generation() { generation = static_cast<std::uint16_t>((generation + 1) & 0xfff); }
};

/// One sentence for a connection that did not come about.
std::string connect_sentence(ConnectFailure failure, const Address& to, const Address* from);

}  // namespace weir::loadgen
