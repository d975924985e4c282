#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_input_schema_root_portable {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const json::value* schema = wire::find(tool, "inputSchema");
    // A schema that combines others in place of a type is no schema of a tool: tools.list.shape says so.
    if (!schema || !wire::find(*schema, "type")) { continue; }
    for (const std::string_view keyword : {"oneOf", "anyOf", "allOf"}) {
      if (wire::find(*schema, keyword)) {
        return fail("a root without oneOf, anyOf and allOf",
                    fmt::format("{} in '{}'", keyword, wire::string_or(tool, "name", "")));
      }
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.input-schema.root-portable",
    .title = "no input schema combines schemas at its root",
    .level = Level::may,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Some model providers refuse oneOf, anyOf and allOf at the root, and with it the whole session.",
    .fix = "Make the root one object with the properties of all variants, and move oneOf, anyOf and allOf down into a "
           "property or into checks of the handler.",
    .faults = {"tools.input-schema-root-any-of"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_input_schema_root_portable
