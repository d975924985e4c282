#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_notification_unknown_tolerated {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (auto sent = dialogue->notify("notifications/weir-unknown"); !sent) {
    return probe.broken(sent.error(), "an answer to the notification");
  }
  auto reply = dialogue->request(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "a session that goes on"); }
  if (auto bad = unless_result(*reply, "a session that goes on after an unknown notification")) { return *bad; }
  return pass("the session goes on");
}

const Registration kCheck{{
    .id = "jsonrpc.notification.unknown-tolerated",
    .title = "an unknown notification leaves the session alone",
    .level = Level::should,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence =
        "Newer clients send notifications that older servers do not know; they must not lose their session for it.",
    .fix = "Log a notification whose method has no handler, answer it by 202 like any other, and end neither the "
           "session nor its stream for it.",
    .faults = {"jsonrpc.unknown-notification-kills"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_notification_unknown_tolerated
