#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_arguments_optional {
namespace {

bool is_served(const wire::Result<wire::mcp::Reply>& reply) {
  return reply && reply->is_result() && !is_tool_error(*reply);
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  for (const auto& call : calls) {
    if (!call.arguments.empty()) { continue; }
    const auto control = probe.call("tools/call", {{"name", call.name}, {"arguments", json::object{}}});
    if (!is_served(control)) { continue; }
    const std::string expected = fmt::format("the result of {}, as with \"arguments\": {{}}", call.name);
    const auto bare = probe.call("tools/call", {{"name", call.name}});
    if (!bare) { return probe.broken(bare.error(), expected); }
    if (!is_served(bare)) {
      return fail(expected, "without arguments: " + bare->describe())
          .at("server", "Take a call without `arguments` for one with an empty object.");
    }
    return pass(fmt::format("{} was served without arguments", call.name));
  }
  return untestable("no tool that may be called does without arguments");
}

const Registration kCheck{{
    .id = "tools.call.arguments-optional",
    .title = "a call of a tool that needs no arguments may leave them out",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/schema",
    .consequence = "The member is optional: clients that have nothing to say leave it out, and their calls fail.",
    .fix = "Take missing `arguments` for an empty object before they are validated, and make the member optional in "
           "the schema of the request.",
    .faults = {"tools.arguments-wanted"},
    .fixture = "no-arguments",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_arguments_optional
