#include <algorithm>

#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_notification_empty_body {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  constexpr int kAccepted = 202;
  std::vector<std::string> accepted;
  std::string other;
  for (const auto& [name, message] :
       {std::pair{"a notification",
                  jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-never-sent"}})},
        std::pair{"a response", jsonrpc::response("weir-never-asked", json::object{})}}) {
    auto answer = post_raw(probe, *dialogue, message);
    // What gets no answer is the finding of streamable.notification.accepted-202 and client-response.accepted.
    if (!answer) {
      other = answer.error().detail;
      continue;
    }
    if (!answer->http.ok()) { continue; }
    // Another status is the finding of streamable.notification.accepted-202, whatever comes with it.
    if (answer->http.head.status != kAccepted) {
      other = describe(answer->http);
      continue;
    }
    const auto& came = answer->messages;
    if (std::any_of(came.begin(), came.end(), [](const jsonrpc::Message& one) { return one.is_reply(); })) {
      return untestable(fmt::format("a response comes to {}, which jsonrpc.notification.no-reply says: {}", name,
                                    describe(answer->http)));
    }
    if (!answer->http.body.empty()) { return fail(fmt::format("no body after {}", name), describe(answer->http)); }
    accepted.emplace_back(name);
  }
  if (accepted.empty() && !other.empty()) {
    return untestable("what is accepted is not answered 202, which streamable.notification.accepted-202 says: " +
                      other);
  }
  if (accepted.empty()) { return untestable("neither a notification nor a response is accepted"); }
  return pass(fmt::format("no body after {}", fmt::join(accepted, " and ")));
}

const Registration kCheck{{
    .id = "streamable.notification.empty-body",
    .title = "a notification or response that is accepted is answered without a body",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.accepted-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Clients parse the body as a message and fail.",
    .fix = "End the 202 to a notification or response with an empty body: no JSON, no null, no text such as Accepted.",
    .faults = {"streamable.notification-body"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_notification_empty_body
