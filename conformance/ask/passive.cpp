#include "conformance/ask/passive.hpp"

#include <fmt/format.h>

#include "conformance/probe/ledger.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance {

std::vector<SeenPtr> seen_by(const Probe& probe) {
  auto seen = probe.tap().seen(probe.era());
  // Who limits the rate answers by itself, and not what was asked.
  std::erase_if(seen, [](const SeenPtr& one) { return one->http.head.status == kTooManyRequests; });
  // Outside of all eras others are asked as well: an authorization server, a resource elsewhere.
  if (probe.is(Era::none)) {
    std::erase_if(seen, [&](const SeenPtr& one) { return one->http.request.url.origin() != probe.url().origin(); });
  }
  const auto& ledger = probe.target().ledger;
  // On a stream of HTTP+SSE the answers to all are, whoever asked.
  if (ledger && !probe.is(Era::http_sse)) {
    std::erase_if(seen, [&](const SeenPtr& one) { return ledger->is_told_by(one->by); });
  }
  return seen;
}

std::shared_ptr<const Traffic> traffic_by(const Probe& probe) {
  return probe.tap().digest<Traffic>(
      probe.era(), [&] { return traffic_of(seen_by(probe), probe.url(), [&] { probe.keep_judging(); }); });
}

Finding judged(Probe& probe, const Places& places, std::string expected, const char* looked_at, const char* nothing) {
  if (probe.tap().left_out() > 0) {
    probe.note(fmt::format("{} exchanges were not kept, and not judged", probe.tap().left_out()));
  }
  if (const auto& first = places.first()) {
    probe.pin_request(first->http.request);
    probe.note(fmt::format("seen first: {}, HTTP {}, {}", place_of(*first), first->http.head.status,
                           wire::excerpt(std::string_view(first->http.body), 200)));
  }
  if (probe.is(Era::none) && places.has_nothing()) { return not_applicable(nothing); }
  return places.finding(std::move(expected), looked_at, nothing);
}

}  // namespace weir::conformance
