// Last event ids of many streams: sixteen bytes each while the id is short, as numbers are, and a string of a shared
// arena where it is longer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"

namespace weir::loadgen {

class EventIds;

/// The id of one stream. Belongs to the EventIds that it was set with and is cleared there before it is dropped.
class EventId {
 public:
  static constexpr std::size_t kInline = 15;

 private:
  friend class EventIds;
  static constexpr std::uint8_t kInArena = 0xFF;
  std::array<char, kInline> bytes_{};  // The id, or the index of its string.
  std::uint8_t size_ = 0;              // kInArena: it is there.
};
static_assert(sizeof(EventId) == 16);

class EventIds {
 public:
  /// An id beyond limits::kEventIdBytes is not kept, and the one before is forgotten with it: going on after that one
  /// would be wrong.
  void set(EventId& id, std::string_view value);
  void clear(EventId& id);
  /// Until the id is next set or cleared.
  std::string_view get(const EventId& id WEIR_LIFETIME_BOUND) const WEIR_LIFETIME_BOUND;
  std::size_t bytes() const;  ///< Heap bytes.

 private:
  std::vector<std::string> arena_;
  std::vector<std::uint32_t> free_;
};

}  // namespace weir::loadgen
