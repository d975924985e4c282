#include <cmath>

#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_drain_kept {
namespace {

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  const auto drain_s = expected_of(probe).drain_s;
  if (!drain_s) { return not_applicable("the profile names no deploy.drain_s"); }
  const auto& streams = seen->era.streams;
  if (streams.empty()) { return not_applicable("the server holds no stream"); }
  const std::int64_t drain_ms = std::llround(*drain_s * 1000);
  std::size_t early = 0, open = 0;
  const WatchedStream* first = nullptr;
  for (const auto& stream : streams) {
    open += stream.end == wire::EndClass::open;
    const bool cut = stream.end != wire::EndClass::open && stream.end != wire::EndClass::clean;
    if (cut && stream.end_ms < drain_ms) {
      ++early;
      first = !first || stream.end_ms < first->end_ms ? &stream : first;
    }
  }
  if (first) {
    return fail(fmt::format("streams that live for {} after the deploy began", seconds_text(drain_ms)),
                fmt::format("{} ended before, the first as '{}' after {}", counted(early, streams.size(), "streams"),
                            to_string(first->end), seconds_text(first->end_ms)))
        .at(probe.target().profile.edge.value_or("load balancer"),
            "Raise the deregistration delay and the time that the task is given to stop, or end streams cleanly.");
  }
  if (open == streams.size() && seen->deploy.watched_ms < drain_ms) {
    return untestable(fmt::format("the watch ended {} after the deploy began: raise --budget",
                                  seconds_text(seen->deploy.watched_ms)));
  }
  return pass(fmt::format("no stream was cut within {}", seconds_text(drain_ms)));
}

const Registration kCheck{{
    .id = "deploy.drain.kept",
    .title = "streams live on for the promised drain time",
    .level = Level::must,
    .eras = kAllEras,
    .source = kEcsDraining,
    .consequence = "Calls that are under way are lost, although the deploy had time for them.",
    .fix = "Raise the deregistration delay and the stop time-out (ECS: stopTimeout; Kubernetes: "
           "terminationGracePeriodSeconds) to the drain time, or end streams cleanly.",
    .faults = {"deploy.drain-short"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.drain.kept", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_drain_kept
