// The stream step: what one event of a held stream costs beside the kernel, and what one waiting stream weighs.
#include <benchmark/benchmark.h>

#include "loadgen/stream/streams.hpp"
#include "wire/http/chunked.hpp"

namespace weir::loadgen {
namespace {

struct Silent final : StreamOwner {
  void event(std::uint32_t, const wire::SseEventView& event, std::int64_t) override { bytes += event.data.size(); }
  void retry(std::uint32_t, std::uint64_t) override {}
  void ended(std::uint32_t, reports::load::EndReason) override {}
  std::size_t bytes = 0;
};

struct Setting {
  bool mcp = false;
  bool sequence = false;
  bool sent_at = false;
};

/// The argument is the number of streams that take turns: with many, each state comes from memory.
void step(benchmark::State& state, const Setting& setting) {
  const std::string read = wire::encode_chunk(
      "event: message\nid: 12345\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{"
      "\"level\":\"info\",\"data\":{\"seq\":12345,\"sent_at\":1795266123456789}}}\n\n");
  reports::load::PopulationNumbers numbers;
  Observation observation;
  observation.numbers = &numbers;
  observation.mcp = setting.mcp;
  observation.ids = !setting.sequence;
  if (setting.sequence) { observation.sequence = wire::JsonPointer::parse("/params/data/seq"); }
  if (setting.sent_at) { observation.sent_at = wire::JsonPointer::parse("/params/data/sent_at"); }
  Silent owner;
  StreamStep steps(owner);
  std::vector<StreamState> streams(static_cast<std::size_t>(state.range(0)));
  for (StreamState& stream : streams) { begin_stream(stream, Handover{}, false, kSecond); }
  std::int64_t now_ns = kSecond;
  std::size_t turn = 0;
  for (auto _ : state) {
    now_ns += 100'000;
    benchmark::DoNotOptimize(steps.read(0, streams[turn], observation, {read, now_ns, 1'795'266'123 * kSecond, 900}));
    turn = turn + 1 == streams.size() ? 0 : turn + 1;
  }
  state.counters["bytes_per_stream"] = sizeof(StreamState) + sizeof(Channel);
}
BENCHMARK_CAPTURE(step, plain, Setting{})->Arg(1)->Arg(20'000);
BENCHMARK_CAPTURE(step, mcp, Setting{.mcp = true})->Arg(1)->Arg(20'000);
BENCHMARK_CAPTURE(step, everything, Setting{.mcp = true, .sequence = true, .sent_at = true})->Arg(1)->Arg(20'000);

void heartbeat(benchmark::State& state) {
  const std::string read = wire::encode_chunk(": keep-alive\n\n");
  reports::load::PopulationNumbers numbers;
  Observation observation;
  observation.numbers = &numbers;
  Silent owner;
  StreamStep steps(owner);
  StreamState stream;
  begin_stream(stream, Handover{}, false, kSecond);
  std::int64_t now_ns = kSecond;
  for (auto _ : state) {
    now_ns += 100'000;
    benchmark::DoNotOptimize(steps.read(0, stream, observation, {read, now_ns, now_ns, 900}));
  }
}
BENCHMARK(heartbeat);

}  // namespace
}  // namespace weir::loadgen
