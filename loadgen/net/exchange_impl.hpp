// What the two sources of Exchanges share: the slots (exchange.cpp) and their connections (exchange_connection.cpp).
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "loadgen/net/exchange.hpp"
#include "loadgen/net/exchange_slot.hpp"
#include "loadgen/net/wheel.hpp"

namespace weir::loadgen {

struct Exchanges::Impl {
  static constexpr std::int64_t kTickNs = 2'000'000;  // Of deadlines.
  static constexpr std::uint32_t kIndexBits = 20;
  static constexpr std::size_t kMany = 256;
  static constexpr std::uint32_t kIndexMask = (1U << kIndexBits) - 1;

  Impl(Loop& the_loop, Channels& the_channels) : loop(the_loop), channels(the_channels), wheel(kTickNs) {}

  // Slots
  // --------------------------------------------------------------------------------------------------------------
  std::uint32_t take_slot();
  void free_slot(std::uint32_t index);
  std::uint32_t id_of(std::uint32_t index) const {
    return static_cast<std::uint32_t>(slots[index].generation) << kIndexBits | index;
  }

  // Connections
  // ----------------------------------------------------------------------------------------------------------
  std::uint32_t take_kept(const ExchangePlan& plan, const Address& to);
  bool watch(std::uint32_t index, std::uint32_t events);
  void open(std::uint32_t index, Pair pair);
  void open_another(std::uint32_t index, ConnectFailure failure, const Address* from);
  void connected(std::uint32_t index);
  void secure(std::uint32_t index);
  void drop_connection(ExchangeSlot& slot);
  void keep_or_close(std::uint32_t index, bool keep);
  void check_kept(std::uint32_t index);

  // Request and response
  // -------------------------------------------------------------------------------------------------
  void start_sending(std::uint32_t index);
  void send(std::uint32_t index);
  void receive(std::uint32_t index);
  /// Whether there may be more to receive at once.
  bool take(std::uint32_t index, const Received& received);
  bool tell_events(std::uint32_t index);
  bool replaced(std::uint32_t index);
  void timed_out(std::uint32_t index);

  // Ends
  // -----------------------------------------------------------------------------------------------------------------
  void hand_over(std::uint32_t index, std::int64_t arrived_ns);
  void finish(std::uint32_t index, Failed failed, std::string detail, ConnectFailure connect = ConnectFailure::none);
  void fail_connect(std::uint32_t index, ConnectFailure failure, std::string detail) {
    finish(index, Failed::connect, std::move(detail), failure);
  }

  Loop& loop;
  Channels& channels;
  Wheel wheel;
  std::deque<ExchangeSlot> slots;
  std::vector<std::uint32_t> unused;
  std::vector<std::uint32_t> kept;     // Oldest first.
  std::deque<std::uint32_t> over;      // What tick() has to tell.
  std::uint32_t telling = UINT32_MAX;  // Its owner is looking at an event in it: it is not given away yet.
  bool beginning = false;
  bool swollen = false;  ///< More than kMany were under way at once since the latest trim().
};

}  // namespace weir::loadgen
