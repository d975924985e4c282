#include <gtest/gtest.h>

#include "loadgen/stream/stream_step.hpp"
#include "wire/http/chunked.hpp"
#include "wire/testing/count_allocations.hpp"

namespace weir::loadgen {
namespace {

struct Owner final : StreamOwner {
  void event(std::uint32_t, const wire::SseEventView&, std::int64_t) override { ++events; }
  void retry(std::uint32_t, std::uint64_t) override {}
  void ended(std::uint32_t, reports::load::EndReason) override {}
  int events = 0;
};

TEST(StreamAllocations, are_none_for_an_event_in_steady_state) {
  reports::load::PopulationNumbers numbers;
  Observation observation;
  observation.numbers = &numbers;
  observation.sequence = wire::JsonPointer::parse("/params/seq");
  observation.sent_at = wire::JsonPointer::parse("/params/at");
  Owner owner;
  StreamStep step(owner);
  std::vector<StreamState> streams(100);
  for (StreamState& stream : streams) { begin_stream(stream, Handover{}, false, kSecond); }
  // Two lines of data, an id too long to be kept in place, and every observation.
  const std::string bytes = wire::encode_chunk(
                                "id: 0123-4567-89ab_1795266123\ndata: {\"method\":\"ping\",\"id\":1,\n"
                                "data: \"params\":{\"seq\":1,\"at\":1795266123}}\n\n") +
                            wire::encode_chunk(": heartbeat\n\n");
  std::int64_t now_ns = kSecond;
  const auto round = [&] {
    now_ns += 100 * kMillisecond;
    for (std::uint32_t slot = 0; slot < streams.size(); ++slot) {
      const std::size_t cut = slot % bytes.size();
      const std::string_view whole = bytes;
      for (const std::string_view piece : {whole.substr(0, cut), whole.substr(cut)}) {
        ASSERT_EQ(step.read(slot, streams[slot], observation, {piece, now_ns, 1'795'266'124 * kSecond, 500}),
                  StreamStep::Result::open);
      }
    }
  };
  for (int i = 0; i < 3; ++i) { round(); }
  const int before = owner.events;
  EXPECT_EQ(wire::testing::count_allocations(round), 0u);
  EXPECT_EQ(owner.events - before, 100);
}

}  // namespace
}  // namespace weir::loadgen
