#include "conformance/ask/http_sse.hpp"
#include "conformance/checks/health/common.hpp"

namespace weir::conformance::health_body_no_sessions {
namespace {

constexpr std::size_t kLeastLength = 8;  ///< Of an id: a shorter one may stand anywhere.

/// By what the server knows the session; empty where it has none.
std::string session_of(const wire::mcp::Dialogue& dialogue) {
  if (dialogue.session_id()) { return *dialogue.session_id(); }
  return dialogue.post_url() ? announced_session(*dialogue.post_url()) : std::string();
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const std::string session = session_of(*dialogue);
  if (session.size() < kLeastLength) { return not_applicable("no session has an id that could be found in a body"); }
  return judge_health(probe, ask_health(probe), "a body without the ids of sessions",
                      [&](const HealthAnswer& health) -> std::optional<std::string> {
                        if (health.answer->body.find(session) == std::string::npos) { return std::nullopt; }
                        return fmt::format("HTTP {} with the id of the session that this check had just opened",
                                           health.answer->head.status);
                      });
}

const Registration kCheck{{
    .id = "health.body.no-sessions",
    .title = "a health route does not list the ids of sessions",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices#session-hijacking",
    .consequence = "Whoever reads the health route can speak, and listen, in the sessions of others.",
    .fix = "Give counts alone in the health answer, and move whatever lists the ids of sessions to a route behind "
           "authentication.",
    .faults = {"health.lists-sessions"},
    .fixture = "profile",
    .run = run,
}};
const NotByCommand kNoCommand{"health.body.no-sessions", "it takes a session that is open while the route is asked"};

}  // namespace
}  // namespace weir::conformance::health_body_no_sessions
