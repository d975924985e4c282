#include "loadgen/stream/event_id.hpp"

#include <cstring>

#include "loadgen/limits.hpp"

namespace weir::loadgen {
namespace {

std::uint32_t index_in(const std::array<char, EventId::kInline>& bytes) {
  std::uint32_t index = 0;
  std::memcpy(&index, bytes.data(), sizeof(index));
  return index;
}

}  // namespace

void EventIds::set(EventId& id, std::string_view value) {
  if (value.size() > limits::kEventIdBytes) { value = {}; }
  if (id.size_ == EventId::kInArena) {
    if (value.size() > EventId::kInline) {
      arena_[index_in(id.bytes_)].assign(value);
      return;
    }
    clear(id);
  }
  if (value.size() <= EventId::kInline) {
    if (!value.empty()) { std::memcpy(id.bytes_.data(), value.data(), value.size()); }
    id.size_ = static_cast<std::uint8_t>(value.size());
    return;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(arena_.size()));
    arena_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  arena_[index].assign(value);
  std::memcpy(id.bytes_.data(), &index, sizeof(index));
  id.size_ = EventId::kInArena;
}

void EventIds::clear(EventId& id) {
  if (id.size_ == EventId::kInArena) {
    std::string().swap(arena_[index_in(id.bytes_)]);
    free_.push_back(index_in(id.bytes_));
  }
  id.size_ = 0;
}

std::string_view EventIds::get(const EventId& id) const {
  if (id.size_ == EventId::kInArena) { return arena_[index_in(id.bytes_)]; }
  return {id.bytes_.data(), id.size_};
}

std::size_t EventIds::bytes() const {
  std::size_t bytes = arena_.capacity() * sizeof(std::string) + free_.capacity() * sizeof(std::uint32_t);
  for (const std::string& id : arena_) { bytes += id.capacity() > EventId::kInline ? id.capacity() + 1 : 0; }
  return bytes;
}

}  // namespace weir::loadgen
