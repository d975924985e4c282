#include "loadgen/net/wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace weir::loadgen {

namespace {

constexpr std::int64_t kFarthestTicks = INT32_MAX - 1;
constexpr std::uint32_t kWordBits = 64;

}  // namespace

Wheel::Wheel(std::int64_t tick_ns, std::uint32_t buckets)
    : tick_ns_(tick_ns), mask_(buckets - 1), heads_(buckets + 1, kNone), occupied_(buckets / kWordBits, 0) {
  assert(tick_ns > 0 && std::has_single_bit(buckets) && buckets >= kWordBits);
}

void Wheel::set(std::uint32_t slot, std::int64_t due_ns) {
  if (slot >= entries_.size()) { entries_.resize(slot + 1); }
  cancel(slot);
  const std::int64_t tick = due_ns <= 0 ? 0 : (due_ns - 1) / tick_ns_ + 1;
  if (!advanced_ && (size_ == 0 || tick <= cursor_)) {
    cursor_ = tick - 1;  // Time has not begun: it begins with the earliest deadline.
  }
  const std::int64_t due = std::max(tick, cursor_ + 1);
  if (due - cursor_ > kFarthestTicks) { return; }
  entries_[slot].due = static_cast<std::uint32_t>(due);
  link(slot, entries_[slot].due & mask_);
  ++size_;
}

void Wheel::cancel(std::uint32_t slot) {
  if (is_set(slot)) {
    unlink(slot);
    --size_;
  }
}

void Wheel::link(std::uint32_t slot, std::uint32_t bucket) {
  Entry& entry = entries_[slot];
  entry.before = kHead + bucket;
  entry.after = heads_[bucket];
  if (entry.after != kNone) { entries_[entry.after].before = slot; }
  heads_[bucket] = slot;
  if (bucket <= mask_) { occupied_[bucket / kWordBits] |= std::uint64_t{1} << (bucket % kWordBits); }
}

void Wheel::unlink(std::uint32_t slot) {
  Entry& entry = entries_[slot];
  if (entry.after != kNone) { entries_[entry.after].before = entry.before; }
  if (entry.before < kHead) {
    entries_[entry.before].after = entry.after;
  } else {
    const std::uint32_t bucket = entry.before - kHead;
    heads_[bucket] = entry.after;
    if (entry.after == kNone && bucket <= mask_) {
      occupied_[bucket / kWordBits] &= ~(std::uint64_t{1} << (bucket % kWordBits));
    }
  }
  entry.before = kNone;
}

/// Moves what is due to the list that take_due() empties: a call-back may then set and cancel as it likes.
void Wheel::collect(std::int64_t now_ns) {
  const std::int64_t now_tick = now_ns / tick_ns_;
  if (advanced_ && now_tick <= cursor_) { return; }
  if (size_ != 0 && now_tick > cursor_) {
    const std::int64_t first = std::max(cursor_ + 1, now_tick - static_cast<std::int64_t>(mask_));
    for (std::int64_t tick = first; tick <= now_tick; ++tick) {
      collect_bucket(static_cast<std::uint32_t>(tick) & mask_, static_cast<std::uint32_t>(now_tick));
    }
  }
  cursor_ = now_tick;
  advanced_ = true;
}

void Wheel::collect_bucket(std::uint32_t bucket, std::uint32_t now_tick) {
  for (std::uint32_t slot = heads_[bucket]; slot != kNone;) {
    const std::uint32_t after = entries_[slot].after;
    if (static_cast<std::int32_t>(entries_[slot].due - now_tick) <= 0) {
      unlink(slot);
      link(slot, mask_ + 1);
    }
    slot = after;
  }
}

std::uint32_t Wheel::take_due() {
  const std::uint32_t slot = heads_[mask_ + 1];
  if (slot != kNone) { cancel(slot); }
  return slot;
}

std::int64_t Wheel::next_ns() const {
  if (size_ == 0) { return INT64_MAX; }
  const auto words = static_cast<std::uint32_t>(occupied_.size());
  const std::uint32_t first = static_cast<std::uint32_t>(cursor_ + 1) & mask_;
  for (std::uint32_t i = 0; i <= words; ++i) {  // The word of `first` is looked at from both sides.
    const std::uint32_t word = (first / kWordBits + i) % words;
    std::uint64_t bits = occupied_[word];
    if (i == 0) { bits &= ~std::uint64_t{0} << (first % kWordBits); }
    if (bits != 0) {
      const std::uint32_t bucket = word * kWordBits + static_cast<std::uint32_t>(std::countr_zero(bits));
      return (cursor_ + 1 + ((bucket - first) & mask_)) * tick_ns_;
    }
  }
  return cursor_ * tick_ns_;  // All that is set is about to be handed out.
}

std::size_t Wheel::bytes() const {
  return entries_.capacity() * sizeof(Entry) + heads_.capacity() * sizeof(heads_[0]) +
         occupied_.capacity() * sizeof(occupied_[0]);
}

}  // namespace weir::loadgen
