#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "a result"); }
  if (auto bad = unless_result(*reply, "a result")) { return *bad; }
  if (!reply->result().is_object()) { return fail("an object", wire::excerpt(reply->result(), 80)); }
  return pass("the result of ping is an object");
}

const Registration kCheck{{
    .id = "jsonrpc.result.object",
    .title = "the result of a request is an object",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Every MCP result is an object; typed clients fail to read anything else.",
    .faults = {"jsonrpc.result-null"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
