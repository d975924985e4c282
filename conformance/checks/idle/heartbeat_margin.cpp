#include "conformance/checks/idle/watch.hpp"

namespace weir::conformance::idle_heartbeat_margin {
namespace {

/// Who else would cut such silence: the known hops below the margin of which the gap is not.
std::string others_at_risk(double gap_s) {
  std::vector<wire::KnownHop> hops;
  for (const auto& hop : wire::known_hops()) {
    if (hop.counts == wire::Counts::silence && gap_s * IdleBudget::kMargin > hop.seconds) { hops.push_back(hop); }
  }
  return hops.empty() ? "" : "; too seldom behind " + wire::describe(hops);
}

Finding judge(const IdleWatch& watch, const IdleBudget& budget, bool held) {
  const std::string fix =
      fmt::format("Let the server send a comment on every open stream at least every {:.3g} s.", budget.safe_seconds());
  const std::string hop = budget.hop.empty() ? budget.whose : budget.hop;
  const std::string expected = fmt::format("a byte at least every {:.3g} s: {:g} s / {:g} ({})", budget.safe_seconds(),
                                           budget.seconds, IdleBudget::kMargin, budget.whose);
  const double gap_s = watch.longest_gap_s;
  if (watch.ended()) { return not_applicable("the stream was cut: idle.stream.survives says so"); }
  if (gap_s > budget.seconds) {
    // Where the profile states the budget, silence beyond it is the finding of the other check.
    return budget.stated
               ? not_applicable("silent beyond the idle budget: idle.stream.survives says so")
               : fail(expected, fmt::format("{:.1f} s without a byte; {}", gap_s, watch.describe())).at(hop, fix);
  }
  if (gap_s > budget.safe_seconds()) {
    return fail(expected, fmt::format("marginal: {:.1f} s without a byte; {}", gap_s, watch.describe())).at(hop, fix);
  }
  if (held && !watch.deaf.empty()) {
    return not_applicable("the stream brings nothing any more: idle.stream.survives says so");
  }
  if (held && watch.beats_stopped()) {
    return fail("a heartbeat that goes on",
                fmt::format("{}, and none in the last {:.1f} s", watch.describe(), watch.gap_before_end_s))
        .at("server", fix);
  }
  if (watch.beats.size() < 2) {
    return untestable(fmt::format("no heartbeat was seen within {:.1f} s: use --hold {:.0f}", watch.watched_s,
                                  std::max(budget.safe_seconds() * 2, held ? watch.watched_s * 2 : 0)));
  }
  const bool odd = watch.beats.front().kind == BeatKind::data_event;
  return pass(fmt::format("{}{}{}", watch.describe(), others_at_risk(gap_s), odd ? " (see sse.data.json-rpc)" : ""));
}

Finding run(Probe& probe) {
  const auto watched = watch_idle_stream(probe, AtEnd::ask);
  if (!watched) { return watched.error(); }
  if (probe.out_of_time()) { return untestable("the run ended while the stream was watched: " + watched->describe()); }
  return judge(*watched, idle_budget(probe.target().profile, watched->exchange.head.headers),
               probe.target().hold.count() > 0);
}

const Registration kCheck{{
    .id = "idle.heartbeat.margin",
    .title = "the heartbeat of an idle stream comes twice within what the hops on the way allow",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes",
    .consequence = "One late or lost heartbeat is enough, and a hop on the way cuts the stream.",
    .fix = "Write a comment to every open stream from a timer that runs as long as the stream, at most 2/5 of the "
           "shortest idle timeout on the way apart: 24 s where it is 60 s.",
    .faults = {"idle.heartbeat-marginal"},
    .fixture = "idle",
    .waits = true,
    .timed = true,
    .run = run,
}};
const NotByCommand kNoCommand{"idle.heartbeat.margin",
                              "it is a matter of the time between what comes on an idle stream"};

}  // namespace
}  // namespace weir::conformance::idle_heartbeat_margin
