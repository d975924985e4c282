#include "conformance/checks/tools/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) {
    return not_applicable("no tools are listed");
  }
  for (const json::value& tool : probe.survey().tools) {
    const json::value* schema = wire::find(tool, "outputSchema");
    if (!schema) {
      continue;
    }
    if (auto problem = schema_problem(*schema, probe.revision())) {
      return fail("a valid JSON Schema",
                  fmt::format("outputSchema of '{}': {}", wire::string_or(tool, "name", ""), *problem));
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.output-schema.valid",
    .title = "every output schema is a valid JSON Schema",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"json-schema.valid-per-dialect"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Clients cannot check the structured results, and some refuse the tool.",
    .faults = {"tools.output-schema-invalid"},
    .fault_eras = {"streamable", "stateless"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
