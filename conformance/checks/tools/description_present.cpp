#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_description_present {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    if (wire::string_or(tool, "description", "").empty()) {
      return fail("a description", fmt::format("none for '{}'", wire::string_or(tool, "name", "")));
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.description.present",
    .title = "every tool has a description",
    .level = Level::may,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "A model chooses tools by their descriptions; one without is used at random.",
    .fix = "Write for each tool what it does and when to use it into its description (Python: the docstring; "
           "TypeScript: description in registerTool).",
    .faults = {"tools.description-missing"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_description_present
