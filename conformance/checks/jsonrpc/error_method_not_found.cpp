#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_error_method_not_found {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(kUnknownMethod);
  if (!reply) { return probe.broken(reply.error(), "error -32601"); }
  if (error_code(*reply) != jsonrpc::kMethodNotFound) { return fail("error -32601", reply->describe()); }
  auto after = probe.call(harmless_method(probe));
  if (!after) { return probe.broken(after.error(), "a session that goes on"); }
  if (auto bad = unless_result(*after, "a session that goes on after the error")) { return *bad; }
  return pass("-32601, and the session goes on");
}

const Registration kCheck{{
    .id = "jsonrpc.error.method-not-found",
    .title = "an unknown method is answered with -32601",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"jsonrpc.method-not-found"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "Clients learn by this code that a feature is missing; anything else looks like an outage.",
    .fix = "Let the dispatcher's default branch answer error -32601, in place of -32603, a result or a bare HTTP "
           "status, and keep the session open behind it.",
    .faults = {"jsonrpc.unknown-method-internal", "jsonrpc.unknown-method-ok"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_method_not_found
