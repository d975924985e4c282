#include <cmath>

#include "conformance/checks/reconnect/keep_alive.hpp"

namespace weir::conformance::reconnect_keep_alive_outlasts_edge {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kQuick{1000};
constexpr milliseconds kStep{50};
constexpr milliseconds kMargin{100};
constexpr milliseconds kAlbIdle{60'000};  ///< Of a load balancer whose attribute nobody has changed.

/// What the hop in front keeps an idle connection to the server for.
std::optional<milliseconds> edge_idle(const wire::Profile& profile) {
  if (profile.idle_budget_seconds) { return milliseconds(std::llround(*profile.idle_budget_seconds * 1000)); }
  return profile.edge == "alb" ? std::optional(kAlbIdle) : std::nullopt;
}

/// Watches the connection until it is closed, `span` has passed, or the run ends.
std::optional<milliseconds> closed_after(Probe& probe, const KeptConnection& kept, milliseconds span) {
  while (!probe.out_of_time()) {
    const auto idle = std::chrono::duration_cast<milliseconds>(wire::Clock::now() - kept.since);
    if (!kept.connection.reusable()) { return idle; }
    if (idle >= span) { return std::nullopt; }
    probe.pause(kStep);
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  const auto kept = keep_connection(probe);
  if (!kept) { return kept.error(); }
  const auto edge = edge_idle(probe.target().profile);
  if (!edge) {
    const auto what = kept->announced ? fmt::format("; connections are kept for {}", in_seconds(*kept->announced)) : "";
    return not_applicable("the profile names no idle_budget_seconds to compare with" + what);
  }
  const std::string hop = probe.target().profile.edge.value_or("load balancer");
  const std::string expected =
      fmt::format("connections that are kept for longer than the {} of the {}", in_seconds(*edge), hop);
  const std::string fix =
      fmt::format("Keep connections for {} or more (Node: server.keepAliveTimeout, uvicorn: --timeout-keep-alive).",
                  in_seconds(*edge + std::max(*edge / 12, milliseconds(1))));
  if (kept->announced && *kept->announced <= *edge) {
    return fail(expected, fmt::format("Keep-Alive: timeout={}", kept->announced->count() / 1000)).at("server", fix);
  }
  if (kept->announced) { return pass(fmt::format("{} outlast {}", in_seconds(*kept->announced), in_seconds(*edge))); }
  const auto watched = std::min(*edge + kMargin, std::max(kQuick, probe.target().hold));
  if (const auto idle = closed_after(probe, *kept, watched)) {
    return fail(expected, fmt::format("closed when it had been idle for {}", in_seconds(*idle))).at("server", fix);
  }
  if (watched < *edge || probe.out_of_time()) {
    return untestable(fmt::format("still open after {}; --hold {} would prove it", in_seconds(watched),
                                  std::ceil(static_cast<double>((*edge + kMargin).count()) / 1000)));
  }
  return pass(fmt::format("still open after {}", in_seconds(watched)));
}

const Registration kCheck{{
    .id = "reconnect.keep-alive.outlasts-edge",
    .title = "the server keeps idle connections for longer than the hop in front of it",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
              "application-load-balancers.html#connection-idle-timeout",
    .consequence = "The balancer sends a request on a connection that the server is just closing: now and then a 502, "
                   "of which no log of the server tells.",
    .fix = "Raise the server's keep-alive timeout, and the one that it announces, above the idle timeout of the hop in "
           "front (Node: server.keepAliveTimeout; uvicorn: --timeout-keep-alive).",
    .faults = {"reconnect.keep-alive-short", "reconnect.keep-alive-announced-short"},
    .fixture = "reconnect-edge",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.keep-alive.outlasts-edge",
                              "it is a matter of how long an idle connection lives"};

}  // namespace
}  // namespace weir::conformance::reconnect_keep_alive_outlasts_edge
