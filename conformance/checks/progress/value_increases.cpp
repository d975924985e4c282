#include "conformance/ask/passive.hpp"

namespace weir::conformance::progress_value_increases {
namespace {

std::optional<double> number_of(const json::value* value) {
  if (!value || !value->is_number()) { return std::nullopt; }
  return value->to_number<double>();
}

Finding run(Probe& probe) {
  const auto kept = traffic_by(probe);
  if (probe.is(Era::http_sse) && mixes_streams(*kept)) { return untestable(kStreamsMixed); }
  const Traffic& traffic = *kept;
  std::map<std::pair<const Seen*, std::string>, double> last;
  Places places;
  for (const auto& heard : probe.in_time(traffic.heard)) {
    const json::value* token = wire::find(heard.message.params, "progressToken");
    const auto progress = number_of(wire::find(heard.message.params, "progress"));
    if (heard.message.method != "notifications/progress" || !token || !progress) { continue; }
    const auto [place, first] = last.try_emplace({heard.in.get(), json::serialize(*token)}, *progress);
    if (first) { continue; }
    places.looked();
    if (*progress <= place->second) { places.broken(heard.in, fmt::format("{} after {}", *progress, place->second)); }
    place->second = *progress;
  }
  return judged(probe, places, "a value that increases with each progress notification", "progress notifications",
                "no request got two progress notifications");
}

const Registration kCheck{{
    .id = "progress.value.increases",
    .title = "the progress of a request increases with each notification",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"progress.strictly-increasing"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "A bar that goes back, or stands, makes users and timeouts give up a call that goes on.",
    .fix = "Raise progress with each notification, across steps and retries too, and skip a notification whose "
           "value has not grown.",
    .faults = {"progress.not-increasing"},
    .fixture = "profile",
    .green_may_be = "no request got two progress notifications",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::progress_value_increases
