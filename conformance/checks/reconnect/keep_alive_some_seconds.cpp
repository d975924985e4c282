#include "conformance/checks/reconnect/keep_alive.hpp"

namespace weir::conformance::reconnect_keep_alive_some_seconds {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWatched{3500};  ///< Within the time for which streams are watched.
constexpr milliseconds kStep{50};

Finding run(Probe& probe) {
  const wire::Profile& profile = probe.target().profile;
  if (profile.idle_budget_seconds || profile.edge == "alb") {
    return not_applicable("the profile names the hop in front: reconnect.keep-alive.outlasts-edge compares with it");
  }
  const auto kept = keep_connection(probe);
  if (!kept) { return kept.error(); }
  if (kept->announced) {
    return not_applicable(fmt::format("the server says that it keeps them for {}", in_seconds(*kept->announced)));
  }
  milliseconds idle{0};
  while (kept->connection.reusable() && idle < kWatched && !probe.out_of_time()) {
    probe.pause(kStep);
    idle = std::chrono::duration_cast<milliseconds>(wire::Clock::now() - kept->since);
  }
  if (idle >= kWatched) { return pass(fmt::format("still open after {}", in_seconds(kWatched))); }
  if (probe.out_of_time()) { return untestable("the run ended while the connection was watched"); }
  return fail(
      fmt::format("an idle connection that is kept for {} at least, or a word that it is not", in_seconds(kWatched)),
      fmt::format("closed when it had been idle for {}", in_seconds(idle)));
}

const Registration kCheck{{
    .id = "reconnect.keep-alive.some-seconds",
    .title = "an idle connection is kept for some seconds, unless the server says otherwise",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-9.3",
    .consequence = "Balancers and clients that keep connections send the next request on one that is just closing: now "
                   "and then a 502 or a reset, of which no log of the server tells.",
    .fix = "Keep idle connections for longer than the hop in front does, 65 s behind most balancers (gunicorn: "
           "--keep-alive; Node: server.keepAliveTimeout; uvicorn: --timeout-keep-alive).",
    .faults = {"reconnect.keep-alive-short"},
    .waits = true,
    .timed = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.keep-alive.some-seconds",
                              "it is a matter of how long an idle connection lives"};

}  // namespace
}  // namespace weir::conformance::reconnect_keep_alive_some_seconds
