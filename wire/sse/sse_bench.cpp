#include <benchmark/benchmark.h>

#include "wire/sse/sse.hpp"

namespace weir::wire {
namespace {

/// An event of 180 bytes, as an MCP server sends a progress notification.
std::string event_180() {
  const SseEvent frame{.data = R"({"jsonrpc":"2.0","method":"notifications/progress","params":{}})",
                       .last_event_id = "session-1/stream-1/000001",
                       .has_id = true};
  const std::size_t padding = 180 - encode(frame).size();
  SseEvent event = frame;
  event.data.insert(event.data.size() - 2, padding, ' ');
  return encode(event);
}

/// Argument: bytes of one feed.
void decode_events(benchmark::State& state) {
  const std::string event = event_180();
  constexpr std::size_t kEvents = 400;
  std::string stream;
  for (std::size_t i = 0; i < kEvents; ++i) { stream += event; }
  const auto piece = static_cast<std::size_t>(state.range(0));
  SseDecoder decoder;
  std::vector<SseItem> items;
  for (auto _ : state) {
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      decoder.feed(std::string_view(stream).substr(at, piece), items);
      benchmark::DoNotOptimize(items.data());
      items.clear();
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
  state.counters["per_event"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(kEvents),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(decode_events)->ArgName("piece")->Arg(16 * 1024)->Arg(1448)->Arg(180)->Arg(61)->Arg(1);

void encode_event(benchmark::State& state) {
  const SseEvent event{.type = "message", .data = std::string(160, 'x')};
  for (auto _ : state) { benchmark::DoNotOptimize(encode(event)); }
}
BENCHMARK(encode_event);

}  // namespace
}  // namespace weir::wire
