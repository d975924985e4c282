#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_output_schema_object {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  int described = 0;
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const json::value* schema = wire::find(tool, "outputSchema");
    described += schema ? 1 : 0;
    if (schema && wire::string_or(*schema, "type", "") != "object") {
      return fail("type: object at the top of outputSchema",
                  fmt::format("{} of '{}'", wire::excerpt(*schema, 80), wire::string_or(tool, "name", "")));
    }
  }
  return described == 0 ? not_applicable("no tool has an output schema")
                        : pass(fmt::format("{} output schemas", described));
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
    .fix = "Write type: object at the root of outputSchema, and wrap an array or a plain value as a property of an "
           "object, in structuredContent alike.",
    .faults = {"tools.output-schema-array"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_output_schema_object
