#include <benchmark/benchmark.h>

#include "loadgen/net/wheel.hpp"

namespace weir::loadgen {
namespace {

/// A stream that hears something moves its deadline. Argument: streams.
void move_a_deadline(benchmark::State& state) {
  const auto slots = static_cast<std::uint32_t>(state.range(0));
  Wheel wheel(100'000'000);
  std::int64_t now = 1'000'000'000'000;
  wheel.advance(now, [](std::uint32_t) {});
  for (std::uint32_t slot = 0; slot < slots; ++slot) { wheel.set(slot, now + slot * 1'000); }
  std::uint32_t slot = 0;
  for (auto _ : state) {
    now += 10'000;
    wheel.set(slot, now + 60'000'000'000);
    slot = (slot + 7919) % slots;
  }
}
BENCHMARK(move_a_deadline)->ArgName("streams")->Arg(100)->Arg(20'000);

/// Deadlines that fire and are set anew, with the question when to wake. Argument: streams.
void fire_and_set_again(benchmark::State& state) {
  const auto slots = static_cast<std::uint32_t>(state.range(0));
  Wheel wheel(1'000'000);
  std::int64_t now = 1'000'000'000'000;
  wheel.advance(now, [](std::uint32_t) {});
  for (std::uint32_t slot = 0; slot < slots; ++slot) { wheel.set(slot, now + slot * (1'000'000'000 / slots)); }
  std::int64_t fired = 0;
  for (auto _ : state) {
    now = wheel.next_ns();
    wheel.advance(now, [&](std::uint32_t slot) {
      ++fired;
      wheel.set(slot, now + 1'000'000'000);
    });
  }
  state.counters["per_deadline"] =
      benchmark::Counter(static_cast<double>(fired), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(fire_and_set_again)->ArgName("streams")->Arg(100)->Arg(20'000);

}  // namespace
}  // namespace weir::loadgen
