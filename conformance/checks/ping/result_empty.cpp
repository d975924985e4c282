#include "conformance/ask/common.hpp"

namespace weir::conformance::ping_result_empty {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("ping");
  if (!reply) { return probe.broken(reply.error(), "an empty result"); }
  if (auto bad = unless_result(*reply, "an empty result")) { return *bad; }
  const json::object* result = wire::as_object(&reply->result());
  if (!result) { return untestable("the result is no object, which jsonrpc.result.object says"); }
  if (result->size() != (result->contains("_meta") ? 1 : 0)) { return fail("{}", wire::excerpt(reply->result(), 80)); }
  return pass("{}");
}

const Registration kCheck{{
    .id = "ping.result.empty",
    .title = "ping is answered with an empty result",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"ping.empty-result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/ping",
    .consequence = "Clients ping to see whether a connection lives; without an answer they drop it.",
    .fix = "Register a handler for ping that returns `{}` at once, with no members of its own and without waiting "
           "for other calls.",
    .faults = {"ping.pong", "ping.unanswered"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::ping_result_empty
