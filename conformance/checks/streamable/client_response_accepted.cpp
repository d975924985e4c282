#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_client_response_accepted {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto answer = post_raw(probe, *dialogue, jsonrpc::response("weir-never-asked", json::object{}));
  if (!answer) { return probe.broken(answer.error(), "202"); }
  // Whether it comes without a body is the matter of streamable.notification.empty-body.
  if (answer->http.head.status == 202) { return pass("202"); }
  // "If the server cannot accept the input, it MUST return an HTTP error status code": nobody waits for this one.
  if (answer->http_error()) { return untestable("a response to no request was refused: " + answer->describe()); }
  probe.pin_request(answer->http.request);
  const auto beside =
      post_raw(probe, *dialogue, jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-never-sent"}}));
  if (beside && beside->http.head.status == answer->http.head.status) {
    return untestable(
        fmt::format("a notification is answered by HTTP {} as well, which "
                    "streamable.notification.accepted-202 says",
                    beside->http.head.status));
  }
  return fail("202, or an HTTP error", answer->describe());
}

const Registration kCheck{{
    .id = "streamable.client-response.accepted",
    .title = "a response of the client that is accepted is answered 202",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.accepted-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "A server that asks cannot be answered: sampling and elicitation hang.",
    .fix = "Take a POST that holds no method for a client's response and answer it 202 without a body, or 4xx where it "
           "cannot be accepted; write no JSON-RPC reply to it.",
    .faults = {"streamable.response-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_client_response_accepted
