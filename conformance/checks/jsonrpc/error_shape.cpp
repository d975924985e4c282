#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(kUnknownMethod);
  if (!reply) { return probe.broken(reply.error(), "a JSON-RPC error"); }
  for (const auto& seen : reply->messages) {
    const json::value* error = wire::find(seen.message.raw, "error");
    if (!error) { continue; }
    const json::value* code = wire::find(*error, "code");
    if (!code || !(code->is_int64() || code->is_uint64())) {
      return fail("an integer error.code", code ? wire::excerpt(*code, 60) : "no code: " + wire::excerpt(*error, 80));
    }
    if (!wire::as_string(wire::find(*error, "message"))) {
      return fail("a string error.message", wire::excerpt(*error, 80));
    }
    return pass("code " + wire::excerpt(*code, 20) + " and a message");
  }
  return untestable("no JSON-RPC error came for an unknown method: " + reply->describe());
}

const Registration kCheck{{
    .id = "jsonrpc.error.shape",
    .title = "an error has an integer code and a message",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.error-shape", "jsonrpc.error-code-integer"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "Clients decide by the code whether to retry, re-initialize or give up.",
    .faults = {"jsonrpc.error-code-string", "jsonrpc.error-without-message"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
