#include "conformance/checks/affinity/session_run.hpp"

namespace weir::conformance::affinity_session_shared {
namespace {

Finding run(Probe& probe) {
  const auto verdict = judge_affinity(probe);
  if (!verdict) { return verdict.error(); }
  const SessionRun& bare = verdict->bare;
  if (verdict->shared()) {
    return pass(fmt::format("{} new connections, each served{}", bare.asked(),
                            bare.cookies.empty() ? "" : "; cookies are set: " + bare.cookies.names()));
  }
  if (verdict->only_with_cookies()) {
    return not_applicable("works only with cookies: affinity.session.cookie-free says so");
  }
  if (bare.asked_served == 0) {
    return untestable("no request of the session was served at all, which is no matter of replicas: " +
                      bare.describe_refusals());
  }
  if (probe.is(Era::streamable) && bare.requests >= kLeastConnections && bare.asked_served == bare.requests) {
    return untestable(
        fmt::format("{} requests on new connections were served, and of the handshake {} were lost ({}): "
                    "affinity.notifications.shared",
                    bare.requests, bare.lost + bare.failed, bare.describe_refusals()));
  }
  const std::string tried = verdict->with_cookies ? "; cookies do not help" : "";
  return fail(fmt::format("one session to be served on {} new connections", bare.asked()),
              fmt::format("sessions are not shared across targets behind a round robin: {} of {} lost ({}){}",
                          bare.lost + bare.failed, bare.asked(), bare.describe_refusals(), tried))
      .at(balancer_of(probe, bare),
          "Keep sessions where every replica finds them, or issue none; else let the balancer route by the session "
          "(HAProxy: stick store-response res.hdr(Mcp-Session-Id)), which an ALB cannot.");
}

const Registration kCheck{{
    .id = "affinity.session.shared",
    .title = "one session is served on twenty new connections",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
              "edit-target-group-attributes.html#sticky-sessions",
    .consequence = "With the second replica, half of all calls end in 404 or 400.",
    .fix = "Share sessions among the replicas through a store or a message bus, issue none (stateless mode), or let "
           "the balancer route by the session id, which an ALB cannot.",
    .faults = {"affinity.sessions-per-replica", "affinity.sessions-refused-by-error", "affinity.sessions-refused-503"},
    .turn = Turn::first,
    .explains = {Trouble::refused_session, Trouble::silence},
    .run = run,
}};
const NotByCommand kNoCommand{"affinity.session.shared",
                              "it takes many connections to meet each of the processes behind the endpoint"};

}  // namespace
}  // namespace weir::conformance::affinity_session_shared
