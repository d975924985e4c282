#include "wire/serve/event_feed.hpp"

#include <fmt/format.h>

namespace weir::wire {

namespace {

std::string event_of(std::uint64_t id, std::string_view type, std::string_view data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, type, data);
}

}  // namespace

void EventFeed::publish(std::string_view type, std::string_view data) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(event_of(++latest_, type, data));
  bytes_ += kept_.back().size();
  while (bytes_ > most_bytes_ && kept_.size() > 1) {
    bytes_ -= kept_.front().size();
    kept_.pop_front();
  }
}

void EventFeed::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
}

std::uint64_t EventFeed::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

std::string EventFeed::greeting(std::uint64_t retry_ms) { return fmt::format("retry: {}\n\n", retry_ms); }

EventFeed::Piece EventFeed::next(std::uint64_t after) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t before_kept = latest_ - kept_.size();
  if (after < before_kept || after > latest_) {
    return {.bytes = event_of(latest_, kMissed, "{}"), .after = latest_, .last = false};
  }
  if (after == latest_) { return {.bytes = {}, .after = after, .last = finished_}; }
  return {.bytes = kept_[after - before_kept], .after = after + 1, .last = false};
}

}  // namespace weir::wire
