#include "conformance/ask/passive.hpp"

#include <fmt/format.h>

namespace weir::conformance {

namespace {

/// Beyond the moment at which all asking has ended; reports are written after it.
constexpr std::chrono::milliseconds kToJudge{250};

}  // namespace

bool judging_is_over(const wire::RunBounds& run) { return wire::Clock::now() - kToJudge > run.until.at; }

JudgingCutShort::JudgingCutShort()
    : std::runtime_error("the budget was used up before all that the target sent could be judged") {}

void keep_judging(const Probe& probe) {
  if (judging_is_over(probe.target().client.run)) { throw JudgingCutShort(); }
}

std::vector<SeenPtr> seen_by(const Probe& probe) { return probe.tap().seen(probe.era()); }

std::shared_ptr<const Traffic> traffic_by(const Probe& probe) {
  return probe.tap().digest<Traffic>(
      probe.era(), [&] { return traffic_of(seen_by(probe), probe.url(), [&] { keep_judging(probe); }); });
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
  return places.finding(std::move(expected), looked_at, nothing);
}

}  // namespace weir::conformance
