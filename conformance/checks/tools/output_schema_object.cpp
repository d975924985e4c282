#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  for (const json::value& tool : probe.survey().tools) {
    const json::value* schema = wire::find(tool, "outputSchema");
    if (schema && wire::string_or(*schema, "type", "") != "object") {
      return fail("type: object at the top of outputSchema",
                  fmt::format("{} of '{}'", wire::excerpt(*schema, 80), wire::string_or(tool, "name", "")));
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.output-schema.object",
    .title = "an output schema describes an object",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-06-18",
    .until = "2025-11-25",
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#output-schema",
    .consequence =
        "Until 2025-11-25 structured content is an object; clients of the SDKs refuse the whole list otherwise.",
    .faults = {"tools.output-schema-array"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
