// A hashed timing wheel over the slots of a slab: one deadline for each slot, twelve bytes each, no timer object.
// Deadlines are kept to a tick; they fire late by up to one tick, never early.
#pragma once

#include <cstdint>
#include <vector>

namespace weir::loadgen {

class Wheel {
 public:
  /// `buckets` is a power of two from 64 on. With ticks of 1 ms and 4096 buckets a deadline 4 s ahead costs one look.
  explicit Wheel(std::int64_t tick_ns, std::uint32_t buckets = 4096);

  /// Sets or moves the deadline of a slot; the column grows with the largest slot. A deadline in the past fires with
  /// the next tick; one more than 2^31 - 2 ticks ahead (24 days of 1 ms) is never due, as after cancel().
  void set(std::uint32_t slot, std::int64_t due_ns);
  void cancel(std::uint32_t slot);
  bool is_set(std::uint32_t slot) const { return slot < entries_.size() && entries_[slot].before != kNone; }

  /// Calls `due(slot)` once for each deadline at or before `now_ns`, which is then no longer set; `due` may set and
  /// cancel any slot. What it sets falls due in a later advance().
  template <class Due>
  void advance(std::int64_t now_ns, Due&& due) {
    collect(now_ns);
    for (std::uint32_t slot = take_due(); slot != kNone; slot = take_due()) { due(slot); }
  }
  /// The earliest time at which advance() may have something to do; INT64_MAX where nothing is set.
  std::int64_t next_ns() const;
  std::size_t size() const { return size_; }
  /// Heap bytes of the column and the buckets.
  std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kHead = 1U << 31;  // In `before`: the entry is the first of bucket `before - kHead`.

  struct Entry {
    std::uint32_t before = kNone;  // kNone: the slot has no deadline.
    std::uint32_t after = kNone;
    std::uint32_t due = 0;  // Low bits of the tick.
  };
  static_assert(sizeof(Entry) == 12);

  void link(std::uint32_t slot, std::uint32_t bucket);
  void unlink(std::uint32_t slot);
  void collect(std::int64_t now_ns);
  void collect_bucket(std::uint32_t bucket, std::uint32_t now_tick);
  std::uint32_t take_due();

  std::int64_t tick_ns_;
  std::uint32_t mask_;
  std::int64_t cursor_ = 0;  // The last tick that advance() has seen.
  bool advanced_ = false;
  std::size_t size_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> heads_;     // The last one holds what advance() is about to hand out.
  std::vector<std::uint64_t> occupied_;  // A bit for each bucket.
};

}  // namespace weir::loadgen
