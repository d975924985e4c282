#include "conformance/ask/control.hpp"

namespace weir::conformance::prompts_get_unknown_refused {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("prompts/get", {{"name", "weir-unknown-prompt"}});
  if (!reply) { return probe.broken(reply.error(), "error -32602"); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (error_code(*reply) != jsonrpc::kInvalidParams) {
    return where_served(probe, fail("error -32602", reply->describe()), "prompts/list");
  }
  return beside_a_call(probe, pass("error -32602"), "prompts/list");
}

const Registration kCheck{{
    .id = "prompts.get.unknown-refused",
    .title = "an unknown prompt is reported with -32602",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "prompts",
    .requirements = {"prompts.error.unknown-name"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#error-handling",
    .consequence = "A client cannot tell a wrong name from a failure of the server.",
    .fix = "Look the name up before anything else in prompts/get, and answer an unknown one by error -32602: an "
           "exception that nobody catches becomes -32603.",
    .faults = {"prompts.unknown-internal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::prompts_get_unknown_refused
