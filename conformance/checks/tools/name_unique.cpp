#include <set>

#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_name_unique {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().tools.empty()) { return not_applicable("no tools are listed"); }
  if (is_endless(probe.survey(), "tools")) {
    return untestable("the list never ends, which pagination.list.ends says");
  }
  std::set<std::string> seen;
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const std::string name(wire::string_or(tool, "name", ""));
    if (!seen.insert(name).second) {
      return fail("each name once", fmt::format("'{}' twice", wire::excerpt(std::string_view(name), 80)));
    }
  }
  return pass(fmt::format("{} tools", probe.survey().tools.size()));
}

const Registration kCheck{{
    .id = "tools.name.unique",
    .title = "tool names are unique",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.name.unique"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Which of the two a call reaches is chance, and many clients drop the whole list.",
    .fix = "Rename or drop the second registration, prefix names where a gateway merges backends, and begin each page "
           "after the last tool of the page before.",
    .faults = {"tools.duplicate-name"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_name_unique
