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
    .fix = "Write the keyword that is named as JSON Schema 2020-12 has it (`required` an array, types in lower case, "
           "an empty list [] and not {}), or leave outputSchema out.",
    .faults = {"tools.output-schema-invalid"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_output_schema_valid
