#include <gtest/gtest.h>

#include "wire/http/chunk_scan.hpp"
#include "wire/http/chunked.hpp"
#include "wire/json/json_scan.hpp"
#include "wire/sse/sse_scan.hpp"
#include "wire/testing/count_allocations.hpp"

namespace weir::wire {
namespace {

struct Looking final : SseSink {
  explicit Looking(std::string_view at) : pointer(*JsonPointer::parse(at)) {}
  void event(const SseEventView& event) override {
    if (find_raw(event.data, pointer)) { ++found; }
    if (glance(event.data).kind == RpcGlance::Kind::notification) { ++notifications; }
  }
  JsonPointer pointer;
  int found = 0;
  int notifications = 0;
};

TEST(ScanAllocations, count_what_is_allocated) {
  EXPECT_EQ(testing::count_allocations([] {}), 0u);
  EXPECT_GE(testing::count_allocations([] { std::vector<std::string>(3, std::string(100, 'x')); }), 4u);
}

TEST(ScanAllocations, are_none_for_an_event_in_steady_state) {
  const std::string event =
      "id: 1234\ndata: "
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\ndata:\"params\":{\"seq\":\"x\"}}\n\n";
  const std::string framed = encode_chunk(event) + encode_chunk(": heartbeat\n\n");
  Looking sink("/params/seq");
  SseCarries carries;
  SseScan events;
  ChunkScan chunks;
  const auto feed = [&](std::string_view bytes) {
    std::string_view piece;
    while (chunks.next(bytes, piece) == ChunkScan::Status::data) { events.feed(piece, carries, sink); }
  };
  const auto cut_everywhere = [&] {
    for (std::size_t cut = 0; cut <= framed.size(); ++cut) {
      feed(std::string_view(framed).substr(0, cut));
      feed(std::string_view(framed).substr(cut));
    }
  };
  cut_everywhere();  // Buffers grow to what they need.
  const int found = sink.found;
  EXPECT_EQ(testing::count_allocations(cut_everywhere), 0u);
  EXPECT_EQ(sink.found, 2 * found);
  EXPECT_EQ(sink.notifications, sink.found);
  EXPECT_EQ(found, static_cast<int>(framed.size()) + 1);
}

}  // namespace
}  // namespace weir::wire
