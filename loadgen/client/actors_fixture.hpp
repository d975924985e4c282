// For tests: a worker's loop with actors on it, run until something has come true.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "loadgen/client/actors.hpp"

namespace weir::loadgen {

inline Address loopback(std::uint16_t port) {
  Address address;
  auto& in = reinterpret_cast<sockaddr_in&>(address.storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.length = sizeof(sockaddr_in);
  return address;
}

/// Keeps what it hears.
struct HeardCalls final : CallListener {
  void answered(const CallAnswer& answer) override { answers.emplace_back(answer.id, answer.message); }
  void slot_lost(std::uint32_t slot) override { lost.push_back(slot); }
  std::vector<std::pair<std::uint64_t, std::string>> answers;
  std::vector<std::uint32_t> lost;
};

struct ActorsFixture : testing::Test, ExchangeOwner {
  using Counter = reports::load::Counter;
  using Gauge = reports::load::Gauge;
  using Timer = reports::load::Timer;
  using EndReason = reports::load::EndReason;
  using Open = reports::load::Open;
  using OpenFailure = reports::load::OpenFailure;
  using ConnectPhase = reports::load::ConnectPhase;

  ActorsFixture() {
    plan.reconnect.base = 20 * kMillisecond;
    plan.reconnect.cap = 100 * kMillisecond;
    plan.connect_timeout = 5 * kSecond;
    plan.answer_timeout = 5 * kSecond;
  }

  /// One population that connects to `url`, whose host is an address.
  void start(StreamKind kind, const wire::Url& url, std::string_view revision = {}) {
    plan.stream = kind;
    plan.revision = revision;
    destination = std::make_unique<Destination>(url, TlsTarget{}, std::vector<Address>{}, 0);
    destination->set_addresses(addresses.empty() ? std::vector{loopback(url.port)} : addresses);
    start_all({{plan, destination.get(), 0}});
  }

  void start_all(std::vector<PopulationRun> populations) {
    reports::load::Layout layout;
    for (const PopulationRun& run : populations) { layout.populations.push_back({run.plan.name, {}}); }
    numbers = reports::load::Snapshot(layout);
    ActorsOptions options;
    options.populations = std::move(populations);
    options.opening_at_once = opening_at_once;
    options.token_refused = [this](std::uint64_t generation) { refused_generations.push_back(generation); };
    options.note = [this](std::string text) { notes.push_back(std::move(text)); };
    actors = std::make_unique<Actors>(loop, channels, exchanges, std::move(options), numbers);
    actors->listen(heard);
  }

  void add(int count) {
    for (int i = 0; i < count; ++i) { actors->add(0, monotonic_ns()); }
  }

  void turn(std::int64_t longest_ns = 5 * kMillisecond) {
    const std::int64_t until = std::min({monotonic_ns() + longest_ns, actors->next_ns(), exchanges.next_ns()});
    loop.run_once(until);
    exchanges.tick(loop.now_ns());
    actors->tick(loop.now_ns());
    channels.close_some(100);
  }

  /// False when it did not come true within a time that is far beyond every time-out in these tests.
  template <class Condition>
  bool run_until(Condition&& condition) {
    const std::int64_t last = monotonic_ns() + 20 * kSecond;
    while (!condition() && monotonic_ns() < last) { turn(); }
    return condition();
  }
  void run_for(Nanos span) {
    const std::int64_t last = monotonic_ns() + span;
    while (monotonic_ns() < last) { turn(); }
  }
  bool run_until_open(std::int64_t streams) {
    return run_until([&] { return gauge(Gauge::streams_open) == streams; });
  }
  bool run_until_opened(std::uint64_t streams) {
    return run_until([&] { return count(Counter::streams_opened) >= streams; });
  }

  reports::load::PopulationNumbers& all() { return numbers.populations[0]; }
  std::uint64_t count(Counter counter) { return all()[counter]; }
  std::int64_t gauge(Gauge which) { return all()[which]; }
  std::uint64_t ends(EndReason reason) { return all().ends[static_cast<std::size_t>(reason)]; }
  std::uint64_t failures(OpenFailure failure) { return all().open_failures[static_cast<std::size_t>(failure)]; }
  std::uint64_t timed(ConnectPhase phase) { return all().connect[static_cast<std::size_t>(phase)].count(); }
  std::uint64_t all_failures() {
    std::uint64_t sum = 0;
    for (const auto failed : all().open_failures) { sum += failed; }
    return sum;
  }

  // For exchanges that a test begins itself, as calls do.
  void finished(Ticket, Outcome&& outcome) override { outcomes.push_back(std::move(outcome)); }
  void handed_over(Ticket, Handover&& handover) override { channels.close(handover.channel); }

  Population plan;
  std::size_t opening_at_once = limits::kOpeningAtOnce;
  std::vector<Address> addresses;  ///< Empty: that of the URL.
  Loop loop = Loop::make().value();
  Channels channels;
  Exchanges exchanges{loop, channels};
  std::unique_ptr<Destination> destination;
  std::vector<std::unique_ptr<Destination>> destinations;  ///< Of several populations.
  reports::load::Snapshot numbers;
  HeardCalls heard;
  std::vector<std::uint64_t> refused_generations;
  std::vector<std::string> notes;
  std::vector<Outcome> outcomes;
  std::unique_ptr<Actors> actors;
};

}  // namespace weir::loadgen
