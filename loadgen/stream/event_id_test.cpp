#include "loadgen/stream/event_id.hpp"

#include <gtest/gtest.h>

#include "loadgen/limits.hpp"

namespace weir::loadgen {
namespace {

TEST(EventIds, keep_short_ids_in_place) {
  EventIds ids;
  EventId id;
  EXPECT_EQ(ids.get(id), "");
  ids.set(id, "123456789012345");
  EXPECT_EQ(ids.get(id), "123456789012345");
  ids.set(id, "7");
  EXPECT_EQ(ids.get(id), "7");
  EXPECT_EQ(ids.bytes(), 0u);
}

TEST(EventIds, move_between_place_and_arena) {
  EventIds ids;
  EventId id, other;
  ids.set(id, std::string(16, 'a'));
  ids.set(other, std::string(20, 'b'));
  EXPECT_EQ(ids.get(id), std::string(16, 'a'));
  ids.set(id, std::string(30, 'c'));
  EXPECT_EQ(ids.get(id), std::string(30, 'c'));
  ids.set(id, "short");
  EXPECT_EQ(ids.get(id), "short");
  EXPECT_EQ(ids.get(other), std::string(20, 'b'));
  const std::size_t before = ids.bytes();
  ids.set(id, std::string(30, 'd'));
  EXPECT_EQ(ids.bytes(), before + 31);  // The freed place is taken again.
  ids.clear(id);
  ids.clear(other);
  EXPECT_EQ(ids.get(id), "");
}

TEST(EventIds, forget_what_is_too_long_to_be_sent) {
  EventIds ids;
  EventId id;
  ids.set(id, "7");
  ids.set(id, std::string(limits::kEventIdBytes + 1, 'x'));
  EXPECT_EQ(ids.get(id), "");
  ids.set(id, std::string(limits::kEventIdBytes, 'x'));
  EXPECT_EQ(ids.get(id).size(), limits::kEventIdBytes);
}

}  // namespace
}  // namespace weir::loadgen
