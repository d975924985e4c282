#include "conformance/checks/tools/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) {
    return not_applicable("no tools are listed");
  }
  for (const json::value& tool : probe.survey().tools) {
    const json::value* schema = wire::find(tool, "inputSchema");
    if (!schema) {
      continue;
    }
    if (auto problem = schema_problem(*schema, probe.revision())) {
      return fail("a valid JSON Schema",
                  fmt::format("inputSchema of '{}': {}", wire::string_or(tool, "name", ""), *problem));
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.input-schema.valid",
    .title = "every input schema is a valid JSON Schema",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"json-schema.valid-per-dialect", "tools.input-schema.non-null"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "One broken schema makes providers refuse all tools, and the model sees none.",
    .faults = {"tools.input-schema-invalid"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
