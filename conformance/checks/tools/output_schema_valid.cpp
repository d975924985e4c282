#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_output_schema_valid {
namespace {

Finding run(Probe& probe) { return schemas_valid(probe, "outputSchema"); }

const Registration kCheck{{
    .id = "tools.output-schema.valid",
    .title = "every output schema is a valid JSON Schema",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .capability = "tools",
    .requirements = {"json-schema.valid-per-dialect"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Clients cannot check the structured results, and some refuse the tool.",
    .faults = {"tools.output-schema-invalid"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_output_schema_valid
