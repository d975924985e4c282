#include "conformance/checks/completion/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto asked = complete_first_argument(probe);
  if (!asked) { return untestable("no listed prompt has an argument to complete"); }
  auto& reply = *asked;
  if (!reply) { return probe.broken(reply.error(), "a result"); }
  if (error_code(*reply) == jsonrpc::kInvalidParams) {
    return untestable("the first argument of a prompt cannot be completed: " + reply->describe());
  }
  if (auto bad = unless_result(*reply, "a result with completion.values")) { return *bad; }
  const json::array* values = wire::as_array(wire::find_pointer(reply->result(), "/completion/values"));
  if (!values) { return fail("an array completion.values", wire::excerpt(reply->result(), 100)); }
  for (const json::value& value : *values) {
    if (!value.is_string()) { return fail("strings in completion.values", wire::excerpt(value, 80)); }
  }
  return pass(fmt::format("{} values", values->size()));
}

const Registration kCheck{{
    .id = "completion.result.shape",
    .title = "completion gives an array of strings",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .capability = "completions",
    .requirements = {"completion.result-shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients show nothing, or fail, when the values are of another kind.",
    .faults = {"completion.values-as-objects"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
