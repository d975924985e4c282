#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_name_length {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const std::string_view name = wire::string_or(tool, "name", "");
    if (name.empty() || name.size() > 128) {
      return fail("1 to 128 characters", fmt::format("{} in '{}'", name.size(), wire::excerpt(name, 40)));
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.name.length",
    .title = "tool names have 1 to 128 characters",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-11-25",
    .capability = "tools",
    .requirements = {"tools.name.length"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-names",
    .consequence = "Clients and providers cut or refuse longer names.",
    .fix = "Shorten names beyond 128 characters, a gateway's prefix included, name every tool, and put the long form "
           "into title.",
    .faults = {"tools.name-too-long"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_name_length
