#include "conformance/checks/affinity/session_run.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::affinity_notifications_shared {
namespace {

constexpr int kConversations = 6;
constexpr int kTries = 8;  ///< Of one notification: behind a round robin some meet a replica that takes it.

struct Counts {
  int sent = 0, refused = 0, status = 0;
};

/// One conversation whose every message goes over a new connection; a Finding where it tells nothing of notifications.
std::optional<Finding> count(Probe& probe, Counts& counts) {
  auto dialogue = probe.dialogue([](wire::mcp::DialogueOptions& options) { options.send_initialized = false; });
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (!dialogue->session_id()) { return not_applicable(kNoSessions); }
  bool taken = false;
  for (int i = 0; i < kTries && !taken && !probe.out_of_time(); ++i) {
    const auto answer = probe.send(dialogue->make_post(jsonrpc::notification("notifications/initialized")));
    if (!answer) { return untestable("no answer to a notification: " + answer.error().detail); }
    taken = answer->ok();
    ++counts.sent;
    if (taken) { continue; }
    ++counts.refused;
    counts.status = answer->head.status;
  }
  for (const char* id : {"weir-one", "weir-two"}) {
    const auto answer = probe.send(dialogue->make_post(call_body(probe, id, harmless_method(probe))));
    if (!answer) { return untestable("no answer to a request: " + answer.error().detail); }
    if (!answer->ok()) {
      return untestable("requests of the session are refused as well, which affinity.session.shared tells of: " +
                        describe(*answer));
    }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  Counts counts;
  for (int i = 0; i < kConversations && !probe.out_of_time(); ++i) {
    if (auto finding = count(probe, counts)) { return *std::move(finding); }
  }
  if (probe.out_of_time()) { return untestable("the run ended before"); }
  if (counts.refused == 0) { return pass(fmt::format("{} on new connections, each taken", counts.sent)); }
  // Other statuses are of other things than sessions, and come to requests as well.
  const bool of_session = counts.status == kNotFound || counts.status == kBadRequest;
  if (counts.refused == counts.sent || !of_session) {
    return untestable(fmt::format("{} of {} notifications were answered {}, whatever they met", counts.refused,
                                  counts.sent, counts.status));
  }
  return fail("the notifications of a session to be taken on each new connection, as its requests are",
              fmt::format("{} of {} notifications were refused (HTTP {}), and none of the requests", counts.refused,
                          counts.sent, counts.status))
      .at(balancer_of(probe, {}),
          "Let each replica take notifications, and answers of clients, for sessions that another one opened: from the "
          "same store as requests.");
}

const Registration kCheck{{
    .id = "affinity.notifications.shared",
    .title = "notifications of a session are taken on new connections, as its requests are",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-03-26",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Handshakes end in an error, one in a few: whoever meets another replica with the second message.",
    .fix = "Look every session up in a store that all replicas share, for notifications and answers of clients as for "
           "requests, and answer 202 from any replica.",
    .faults = {"affinity.notifications-per-replica"},
    .turn = Turn::first,
    .explains = {Trouble::refused_session},
    .run = run,
}};
const NotByCommand kNoCommand{"affinity.notifications.shared",
                              "it takes many connections to meet each of the processes behind the endpoint"};

}  // namespace
}  // namespace weir::conformance::affinity_notifications_shared
