#include "conformance/checks/affinity/session_run.hpp"

namespace weir::conformance::affinity_session_cookie_free {
namespace {

Finding run(Probe& probe) {
  const auto verdict = judge_affinity(probe);
  if (!verdict) { return verdict.error(); }
  const SessionRun& bare = verdict->bare;
  if (verdict->shared()) { return pass(fmt::format("{} requests without cookies, each served", bare.asked())); }
  if (!verdict->only_with_cookies()) {
    return not_applicable("cookies make no difference: affinity.session.shared says what is wrong");
  }
  return fail("a session that needs no cookies",
              fmt::format("works only with cookies ({} seen): {} of {} requests without them lost ({}), none of {} "
                          "with them",
                          bare.cookies.names(), bare.lost, bare.asked(), bare.describe_refusals(),
                          verdict->with_cookies->asked()))
      .at(balancer_of(probe, bare),
          "Do not rely on the balancer's stickiness: most MCP clients keep no cookies. Keep sessions where every "
          "replica finds them, or issue none.");
}

const Registration kCheck{{
    .id = "affinity.session.cookie-free",
    .title = "a session needs no cookies",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
              "edit-target-group-attributes.html#sticky-sessions",
    .consequence = "It works by hand and in browsers, and fails for MCP clients, which keep no cookies.",
    .fix = "Keep sessions in a store that every replica reads, issue none, or let the balancer route by the session id "
           "instead of a cookie: MCP clients keep no cookies.",
    .faults = {"affinity.cookie-sticky"},
    .waits = true,
    .explains = {Trouble::refused_session, Trouble::silence},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::affinity_session_cookie_free
