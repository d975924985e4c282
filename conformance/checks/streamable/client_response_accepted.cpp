#include "conformance/checks/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) {
    return probe.broken(shared.error(), "a conversation");
  }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto answer = post_raw(probe, *dialogue, jsonrpc::response("weir-never-asked", json::object{}));
  if (!answer) {
    return probe.broken(answer.error(), "202 without a body");
  }
  // An answer that nobody waits for may be refused ("if the server cannot accept the input"); what counts is that the
  // transport takes it for what it is.
  if (answer->http.head.status == 202 && answer->http.body.empty()) {
    return pass("202 without a body");
  }
  const auto* error = answer->error();
  if (answer->http.head.status == 400 && error && error->error.code == jsonrpc::kInvalidRequest) {
    return untestable("a response to no request was refused as invalid");
  }
  return fail("202 without a body", answer->describe());
}

const Registration kCheck{{
    .id = "streamable.client-response.accepted",
    .title = "a response of the client is accepted with 202",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.accepted-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "A server that asks cannot be answered: sampling and elicitation hang.",
    .faults = {"streamable.response-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
