// A worker's network parts with an owner that takes down what it is told, for tests and benchmarks.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "loadgen/net/exchange.hpp"

namespace weir::loadgen::testing {

class RecordingOwner final : public ExchangeOwner {
 public:
  void finished(Ticket ticket, Outcome&& outcome) override {
    finishes.emplace(ticket.slot, std::move(outcome));
    ++called;
    if (on_finished) { on_finished(ticket); }
  }
  void handed_over(Ticket ticket, Handover&& handover) override {
    handovers.emplace(ticket.slot, std::move(handover));
    ++called;
  }
  void event(Ticket ticket, const wire::SseEvent& event, std::int64_t) override {
    events.push_back(event.data);
    if (on_event) { on_event(ticket); }
  }

  std::map<std::uint32_t, Outcome> finishes;
  std::map<std::uint32_t, Handover> handovers;
  std::vector<std::string> events;
  std::size_t called = 0;
  std::function<void(Ticket)> on_finished, on_event;
};

struct Net {
  static constexpr std::int64_t kLongNs = 20'000'000'000;

  /// Turns the loop until `done`; false after twenty seconds.
  bool run(const std::function<bool()>& done) {
    const std::int64_t give_up = monotonic_ns() + kLongNs;
    while (!done()) {
      if (loop.now_ns() > give_up) { return false; }
      loop.run_once(std::min({exchanges.next_ns(), give_up, loop.now_ns() + 100'000'000}));
      exchanges.tick(loop.now_ns());
    }
    return true;
  }

  static ExchangePlan plan(Destination& to, std::string_view path = "/", bool want_stream = false) {
    ExchangePlan made;
    made.destination = &to;
    made.request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    made.connect_timeout_ns = made.answer_timeout_ns = kLongNs;
    made.want_stream = want_stream;
    return made;
  }

  Loop loop = *Loop::make();
  Channels channels;
  Exchanges exchanges{loop, channels};
};

inline Destination to_local(std::uint16_t port, TlsTarget tls = {}, std::vector<Address> sources = {}) {
  Destination made(*wire::parse_url((tls.context ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port)),
                   std::move(tls), std::move(sources), 0);
  made.set_addresses({*to_address({"127.0.0.1", port})});
  return made;
}

}  // namespace weir::loadgen::testing
