#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  int annotated = 0;
  for (const json::value& tool : probe.survey().tools) {
    const json::value* annotations = wire::find(tool, "annotations");
    if (!annotations) { continue; }
    ++annotated;
    const std::string_view name = wire::string_or(tool, "name", "");
    if (!annotations->is_object()) {
      return fail("an object", fmt::format("{} for '{}'", wire::excerpt(*annotations, 60), name));
    }
    for (const std::string_view hint : {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}) {
      const json::value* value = wire::find(*annotations, hint);
      if (value && !value->is_bool()) {
        return fail(fmt::format("a boolean {}", hint), fmt::format("{} for '{}'", wire::excerpt(*value, 60), name));
      }
    }
  }
  return annotated == 0 ? not_applicable("no tool is annotated") : pass(fmt::format("{} annotated tools", annotated));
}

const Registration kCheck{{
    .id = "tools.annotations.shape",
    .title = "annotations are an object with boolean hints",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Typed clients refuse the tool list; others take \"false\" for true and skip the confirmation.",
    .faults = {"tools.hint-as-string"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
