#include <benchmark/benchmark.h>

#include "wire/http/chunked.hpp"

namespace weir::wire {
namespace {

/// Arguments: bytes of one chunk, and of one feed.
void decode_chunks(benchmark::State& state) {
  const std::string chunk = encode_chunk(std::string(static_cast<std::size_t>(state.range(0)), 'x'));
  const auto piece = static_cast<std::size_t>(state.range(1));
  const std::size_t chunks = std::max<std::size_t>(1, 64 * 1024 / chunk.size());
  std::string framed;
  for (std::size_t i = 0; i < chunks; ++i) { framed += chunk; }
  ChunkedDecoder decoder;
  std::string body;
  for (auto _ : state) {
    for (std::size_t at = 0; at < framed.size(); at += piece) {
      if (!decoder.feed(std::string_view(framed).substr(at, piece), body)) {
        state.SkipWithError("the framing was refused");
      }
      benchmark::DoNotOptimize(body.data());
      body.clear();
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(framed.size()));
  state.counters["per_chunk"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(chunks),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(decode_chunks)
    ->ArgNames({"chunk", "piece"})
    ->Args({180, 186})
    ->Args({180, 16384})
    ->Args({16384, 16384})
    ->Args({180, 1});

}  // namespace
}  // namespace weir::wire
