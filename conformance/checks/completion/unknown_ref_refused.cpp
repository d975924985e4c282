#include "conformance/ask/common.hpp"

namespace weir::conformance::completion_unknown_ref_refused {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("completion/complete", {{"ref", {{"type", "ref/prompt"}, {"name", "weir-unknown-prompt"}}},
                                                  {"argument", {{"name", "any"}, {"value", ""}}}});
  if (!reply) { return probe.broken(reply.error(), "error -32602"); }
  if (error_code(*reply) == jsonrpc::kMethodNotFound) {
    return untestable("completion/complete is not served, which completion.capability.declared says: " +
                      reply->describe());
  }
  if (error_code(*reply) != jsonrpc::kInvalidParams) { return fail("error -32602", reply->describe()); }
  return pass("error -32602");
}

const Registration kCheck{{
    .id = "completion.unknown-ref.refused",
    .title = "completion for an unknown prompt is refused with -32602",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .capability = "completions",
    .requirements = {"completion.error.unknown-prompt"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "A client cannot tell a wrong name from a prompt without suggestions.",
    .fix = "Look the ref up first in the handler of completion/complete, and answer error -32602 where no such prompt "
           "exists, instead of an empty list or another error.",
    .faults = {"completion.unknown-ref-empty"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::completion_unknown_ref_refused
