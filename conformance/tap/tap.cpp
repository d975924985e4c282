#include "conformance/tap/tap.hpp"

#include <algorithm>

namespace weir::conformance {

namespace {

std::size_t size_of(const wire::Headers& headers) {
  std::size_t bytes = 0;
  for (const auto& field : headers.fields()) { bytes += sizeof(field) + field.name.size() + field.value.size(); }
  return bytes;
}

std::size_t size_of(const wire::SseItem& item) {
  const auto* event = std::get_if<wire::SseEvent>(&item);
  return sizeof(item) + (event ? event->data.size() + event->type.size() : 0);
}

std::size_t size_of(const Seen& seen) {
  std::size_t bytes = sizeof(seen) + seen.http.request.body.size() + size_of(seen.http.request.headers);
  bytes += seen.http.head.raw.size() + size_of(seen.http.head.headers) + seen.http.body.size();
  for (const auto& item : seen.http.items) { bytes += size_of(item); }
  return bytes;
}

/// A copy that is no larger than the limit allows; events are kept whole, or not at all.
std::shared_ptr<Seen> bounded(const std::string& by, wire::mcp::Era era, const wire::Exchange& exchange) {
  auto seen = std::make_shared<Seen>();
  seen->by = by;
  seen->era = era;
  wire::Exchange& kept = seen->http;
  kept.request = exchange.request;
  kept.remote = exchange.remote;
  kept.connection = exchange.connection;
  kept.began = exchange.began;
  kept.head = exchange.head;
  kept.body = exchange.body.substr(0, kTapBodyBytes);
  kept.body_bytes = exchange.body_bytes;
  kept.end = exchange.end;
  kept.timings = exchange.timings;
  kept.framing_notes = exchange.framing_notes;
  kept.redirects = exchange.redirects;
  std::size_t room = kTapBodyBytes;
  for (const auto& item : exchange.items) {
    if (size_of(item) > room) { break; }
    room -= size_of(item);
    kept.items.push_back(item);
  }
  seen->body_cut = kept.body.size() < exchange.body.size() || kept.items.size() < exchange.items.size();
  return seen;
}

}  // namespace

void Tap::take(const std::string& by, wire::mcp::Era era, const wire::Exchange& exchange) {
  try {
    auto seen = bounded(by, era, exchange);
    const std::size_t bytes = size_of(*seen);
    const std::lock_guard lock(mutex_);
    if (seen_.size() < kTapExchanges && bytes_ + bytes <= kTapBytes) {
      seen_.push_back(std::move(seen));
      bytes_ += bytes;
      return;
    }
  } catch (const std::bad_alloc&) { /* Left out as well: there is no memory for it. */
  }
  const std::lock_guard lock(mutex_);
  ++left_out_;
}

std::vector<SeenPtr> Tap::seen(wire::mcp::Era era) const {
  std::vector<SeenPtr> chosen;
  {
    const std::lock_guard lock(mutex_);
    std::copy_if(seen_.begin(), seen_.end(), std::back_inserter(chosen),
                 [&](const SeenPtr& seen) { return seen->era == era; });
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const SeenPtr& a, const SeenPtr& b) { return a->http.began < b->http.began; });
  return chosen;
}

std::shared_ptr<const void> Tap::digest_of(wire::mcp::Era era, std::type_index kind,
                                           const std::function<std::shared_ptr<const void>()>& make) const {
  const std::lock_guard lock(digesting_);
  std::size_t seen = 0;
  {
    const std::lock_guard counting(mutex_);
    seen = seen_.size();
  }
  Digest& digest = digests_[{era, kind}];
  if (!digest.value || digest.seen != seen) { digest = {seen, make()}; }
  return digest.value;
}

std::size_t Tap::left_out() const {
  const std::lock_guard lock(mutex_);
  return left_out_;
}

void Tap::exercise_once(wire::mcp::Era era, const std::function<void()>& exercise) {
  std::call_once(exercised_.at(static_cast<std::size_t>(era)), exercise);
}

}  // namespace weir::conformance
