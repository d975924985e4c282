// The scans of the load path beside the decoders that judge: one event of a held stream in one chunk of one read.
#include <benchmark/benchmark.h>

#include "wire/http/chunk_scan.hpp"
#include "wire/http/chunked.hpp"
#include "wire/json/json.hpp"
#include "wire/json/json_scan.hpp"
#include "wire/sse/sse.hpp"
#include "wire/sse/sse_scan.hpp"

namespace weir::wire {
namespace {

const std::string kData =
    R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":{"seq":12345,)"
    R"("sent_at":1795266123456789}}})";
const std::string kEvent = "event: message\nid: 12345\ndata: " + kData + "\n\n";

struct Counting final : SseSink {
  void event(const SseEventView& event) override { bytes += event.data.size(); }
  std::size_t bytes = 0;
};

void scan_event(benchmark::State& state) {
  const std::string framed = encode_chunk(kEvent);
  ChunkScan chunks;
  SseScan events;
  SseCarries carries;
  Counting sink;
  for (auto _ : state) {
    std::string_view bytes = framed, piece;
    while (chunks.next(bytes, piece) == ChunkScan::Status::data) { events.feed(piece, carries, sink); }
    benchmark::DoNotOptimize(sink.bytes);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(framed.size()));
}
BENCHMARK(scan_event);

void decode_event(benchmark::State& state) {
  const std::string framed = encode_chunk(kEvent);
  ChunkedDecoder chunks;
  SseDecoder events;
  std::string body;
  std::vector<SseItem> items;
  for (auto _ : state) {
    if (!chunks.feed(framed, body)) { state.SkipWithError("the framing was refused"); }
    events.feed(body, items);
    benchmark::DoNotOptimize(items.data());
    body.clear();
    items.clear();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(framed.size()));
}
BENCHMARK(decode_event);

/// The argument is how many bytes a read brings.
void scan_event_in_pieces(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  SseScan events;
  SseCarries carries;
  Counting sink;
  for (auto _ : state) {
    for (std::size_t at = 0; at < kEvent.size(); at += size) {
      events.feed(std::string_view(kEvent).substr(at, size), carries, sink);
    }
    benchmark::DoNotOptimize(sink.bytes);
  }
}
BENCHMARK(scan_event_in_pieces)->Arg(64)->Arg(1);

void find_in_json(benchmark::State& state) {
  const JsonPointer pointer = *JsonPointer::parse("/params/data/seq");
  for (auto _ : state) { benchmark::DoNotOptimize(find_raw(kData, pointer)); }
}
BENCHMARK(find_in_json);

void parse_whole_json(benchmark::State& state) {
  for (auto _ : state) { benchmark::DoNotOptimize(parse_json(kData)); }
}
BENCHMARK(parse_whole_json);

void glance_at_message(benchmark::State& state) {
  for (auto _ : state) { benchmark::DoNotOptimize(glance(kData)); }
}
BENCHMARK(glance_at_message);

}  // namespace
}  // namespace weir::wire
