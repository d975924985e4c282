#include "conformance/ask/hops.hpp"
#include "conformance/checks/delivery/slow_call.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::delivery_progress_regular {
namespace {

/// Half of what the SDKs' clients wait for an answer (60 s), unless progress comes.
constexpr double kProgressSeconds = 30;
constexpr double kSlowSeconds = 1;  ///< What fails sooner was not cut for being slow.

double limit_of(const Probe& probe) {
  return std::min(kProgressSeconds, probe.target().profile.idle_budget_seconds.value_or(kProgressSeconds));
}

Finding cut(const Probe& probe, const SlowCall& slow, const std::string& expected) {
  const auto& http = slow.reply.http;
  const NamedHop* hop = hop_in_front(probe.target().profile.edge, http.head.headers);
  const std::string known = cutters_at(slow.ended_s, wire::Counts::silence);
  return fail(expected, fmt::format("{} was cut after {:.1f} s: {}{}", slow.tool, slow.ended_s, slow.reply.describe(),
                                    hop             ? ", " + describe(*hop)
                                    : known.empty() ? ""
                                                    : ", " + known))
      .at(hop ? std::string(hop->name) : "gateway",
          "Send progress or comments on the stream of the POST too, and raise the read time-out of POSTs.");
}

Finding run(Probe& probe) {
  const auto slow = call_slow_tool(probe, "");
  if (!slow) { return slow.error(); }
  if (probe.out_of_time()) { return untestable("the run ended before the call did"); }
  const double limit = limit_of(probe);
  const std::string expected = fmt::format("a sign of progress from {} at least every {:g} s", slow->tool, limit);
  const auto& http = slow->reply.http;
  if (http.head.status >= kServerErrors && slow->ended_s < kSlowSeconds) {
    return untestable(fmt::format("{} was not slow, but failed at once: {}", slow->tool, slow->reply.describe()));
  }
  const bool ended = http.end != wire::EndClass::open && http.end != wire::EndClass::closed_by_us;
  if (!slow->answered() && (http.head.status >= kServerErrors || (ended && !probe.is(Era::http_sse)))) {
    return cut(probe, *slow, expected);
  }
  const double silence = slow->longest_silence_s();
  if (silence > limit) {
    return fail(expected, fmt::format("{:.1f} s without one; {} notifications/progress in {:.1f} s", silence,
                                      slow->progress_s.size(), slow->ended_s))
        .at("server", "Send notifications/progress from slow tools where the caller gave a progressToken.");
  }
  if (slow->progress_s.empty()) {
    return untestable(fmt::format("{} took {:.1f} s only, and sent no progress", slow->tool, slow->ended_s));
  }
  return pass(fmt::format("{} notifications in {:.1f} s, {:.1f} s apart at most", slow->progress_s.size(),
                          slow->ended_s, silence));
}

const Registration kCheck{{
    .id = "delivery.progress.regular",
    .title = "a slow tool gives a sign of progress every half minute, and its call is not cut",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "Clients give up after 60 s without a sign, and so do the hops on the way: the result is lost.",
    .fix = "Send notifications/progress from slow tools every 15 s where the caller gave a progressToken, and raise "
           "the read time-outs of the hops above the call's length.",
    .faults = {"delivery.progress-absent"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_progress_regular
