// A hashed timing wheel over the slots of a slab: one deadline for each slot, twelve bytes each, no timer object.
// Deadlines are kept to a tick; they fire late by up to one tick, never early.
#pragma once

#include <cstdint>
#include <vector>

namespace weir::loadgen {

class Wheel {
 public:
  explicit Wheel(std::int64_t tick_ns, std::uint32_t buckets = 4096);

  /// Sets or moves the deadline of a slot; the column grows with the largest slot.
  void set(std::uint32_t slot, std::int64_t due_ns);
  void cancel(std::uint32_t slot);
  bool is_set(std::uint32_t slot) const;

  /// Calls `due(slot)` once for each deadline at or before `now_ns`, which is then no longer set; `due` may set any
  /// slot.
  template <class Due>
  void advance(std::int64_t now_ns, Due&& due);
  /// The earliest time at which advance() may have something to do; INT64_MAX where nothing is set.
  std::int64_t next_ns() const;
  std::size_t size() const { return size_; }

  // Private parts are the implementer's.
 private:
  std::size_t size_ = 0;
};

}  // namespace weir::loadgen
