#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_invalid_arguments_refused {
namespace {

/// A type that no block has: servers give it to what went wrong, instead of isError.
bool has_error_block(const wire::mcp::Reply& reply) {
  const json::array* content = wire::as_array(wire::find(reply.result(), "content"));
  return content && !content->empty() && wire::string_or(content->front(), "type", "") == "error";
}

Finding run(Probe& probe) {
  auto call = refusable_call(probe);
  if (!call) { return untestable("no tool that may be called has a required argument of a simple kind"); }
  auto reply = probe.call("tools/call", {{"name", call->name}, {"arguments", call->arguments}});
  const std::string expected = fmt::format("an error for {} with {}", call->name, json::serialize(call->arguments));
  if (!reply) { return probe.broken(reply.error(), expected); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (has_error_block(*reply) && !is_tool_error(*reply)) {
    return untestable("refused by a block of type 'error', which tools.call.content-valid says");
  }
  if (is_shapeless(*reply)) { return untestable("the result has no content, which tools.call.result-shape says"); }
  if (!reply->is_error() && !is_tool_error(*reply)) { return fail(expected, reply->describe()); }
  return pass(reply->describe());
}

const Registration kCheck{{
    .id = "tools.call.invalid-arguments-refused",
    .title = "a call whose arguments are of the wrong kind is an error",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.security.inputs-validated"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#security-considerations",
    .consequence = "Unchecked input reaches the tool: crashes at best, injection at worst.",
    .fix = "Validate `arguments` against the tool's inputSchema before its handler runs, and answer by isError: true "
           "with what is wrong, or by error -32602.",
    .faults = {"tools.arguments-unchecked"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_invalid_arguments_refused
