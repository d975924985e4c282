#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_result_type_known {
namespace {

Finding run(Probe& probe) {
  const bool extended = probe.survey().declares("extensions");
  return judge_results(
      probe, [extended](const std::string& method, const json::value& result, int& looked) -> std::optional<Finding> {
        ++looked;
        const std::string_view type = wire::string_or(result, "resultType", "complete");
        // Lists and discovery ask for no input (patterns/mrtr, "Supported Requests").
        if (type != "complete" && (type == "input_required" || !extended)) {
          return fail("complete", fmt::format("'{}' from {}", wire::excerpt(type, 40), method));
        }
        return std::nullopt;
      });
}

const Registration kCheck{{
    .id = "stateless.result-type.known",
    .title = "a resultType is complete, input_required, or of an extension",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.result-type.known-values"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#result-responses",
    .consequence = "Clients treat an unknown resultType as an error.",
    .fix = "Set resultType to `complete` in the results of lists and server/discover; input_required is for calls that "
           "ask for input, other values are for declared extensions.",
    .faults = {"stateless.result-type-unknown"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_result_type_known
