#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "reports/measure/histogram.hpp"
#include "reports/measure/snapshot.hpp"

namespace weir::reports::load {
namespace {

std::vector<std::uint64_t> latencies() {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> spread(15, 1);
  std::vector<std::uint64_t> values(4096);
  for (auto& value : values) { value = static_cast<std::uint64_t>(spread(random)); }
  return values;
}

void record(benchmark::State& state) {
  const auto values = latencies();
  Histogram histogram;
  for (auto _ : state) {
    for (const auto value : values) { histogram.record(value); }
  }
  benchmark::DoNotOptimize(histogram.count());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
}
BENCHMARK(record);

void quantile(benchmark::State& state) {
  Histogram histogram;
  for (const auto value : latencies()) { histogram.record(value); }
  for (auto _ : state) { benchmark::DoNotOptimize(histogram.quantile(0.99)); }
}
BENCHMARK(quantile);

Snapshot busy_second(const Layout& layout) {
  Snapshot snapshot(layout);
  for (auto& numbers : snapshot.populations) {
    for (const auto value : latencies()) {
      numbers[Timer::byte_gap].record(value);
      numbers[Timer::client_lag].record(value / 100);
      numbers.tools[0].duration.record(value);
    }
    numbers[Counter::events] = 4096;
  }
  return snapshot;
}

const Layout kLayout{{{"watchers", {"echo"}}}};

void snapshot_merge(benchmark::State& state) {
  const Snapshot one = busy_second(kLayout);
  Snapshot total(kLayout);
  for (auto _ : state) { total.add_worker(one); }
}
BENCHMARK(snapshot_merge);

void snapshot_encode_and_decode(benchmark::State& state) {
  const Snapshot one = busy_second(kLayout);
  Snapshot again;
  for (auto _ : state) {
    std::string bytes;
    encode_snapshot(one, bytes);
    benchmark::DoNotOptimize(decode_snapshot(kLayout, bytes, again));
  }
}
BENCHMARK(snapshot_encode_and_decode);

}  // namespace
}  // namespace weir::reports::load
