#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_name_charset {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const std::string_view name = wire::string_or(tool, "name", "");
    if (name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") != name.npos) {
      return fail("A-Z a-z 0-9 _ - .", fmt::format("'{}'", wire::excerpt(name, 80)));
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.name.charset",
    .title = "tool names use ASCII letters, digits, underscore, hyphen and dot",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-11-25",
    .capability = "tools",
    .requirements = {"tools.name.charset"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-names",
    .consequence = "Model providers refuse the whole tool list for one name with another character.",
    .fix = "Rename the tool with ASCII letters, digits, _, - and . alone, a gateway's prefix and separator included, "
           "and put the readable name into title.",
    .faults = {"tools.name-with-space"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_name_charset
