#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_input_schema_valid {
namespace {

Finding run(Probe& probe) { return schemas_valid(probe, "inputSchema"); }

const Registration kCheck{{
    .id = "tools.input-schema.valid",
    .title = "every input schema is a valid JSON Schema",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"json-schema.valid-per-dialect", "tools.input-schema.non-null"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "One broken schema makes providers refuse all tools, and the model sees none.",
    .fix = "Write the keyword that is named as JSON Schema 2020-12 has it (`required` an array, types in lower case, "
           "an empty list [] and not {}), and check the schemas in CI.",
    .faults = {"tools.input-schema-invalid"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_input_schema_valid
