#include "conformance/ask/common.hpp"

namespace weir::conformance::completion_values_bounded {
namespace {

Finding run(Probe& probe) {
  auto asked = complete_first_argument(probe);
  if (!asked) { return untestable("no listed prompt has an argument to complete"); }
  auto& reply = *asked;
  if (!reply) { return probe.broken(reply.error(), "a result"); }
  const json::array* values = wire::as_array(wire::find_pointer(reply->result(), "/completion/values"));
  if (!values) { return untestable("no values came: " + reply->describe()); }
  if (values->size() > 100) { return fail("at most 100 values", fmt::format("{} values", values->size())); }
  return pass(fmt::format("{} values", values->size()));
}

const Registration kCheck{{
    .id = "completion.values.bounded",
    .title = "completion gives at most 100 values",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .capability = "completions",
    .requirements = {"completion.max-100-values"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients reject or cut longer lists.",
    .fix = "Cut values to the best 100 matches in the handler of completion/complete, and tell of the rest by total "
           "and hasMore.",
    .faults = {"completion.too-many-values"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::completion_values_bounded
