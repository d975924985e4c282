#include <set>

#include "conformance/ask/common.hpp"

namespace weir::conformance::prompts_name_unique {
namespace {

Finding run(Probe& probe) {
  std::set<std::string> seen;
  for (const json::value& prompt : probe.in_time(probe.survey().prompts)) {
    const std::string name(wire::string_or(prompt, "name", ""));
    if (!seen.insert(name).second) {
      return fail("each name once", fmt::format("'{}' twice", wire::excerpt(std::string_view(name), 80)));
    }
  }
  if (seen.empty()) { return not_applicable("no prompts are listed"); }
  return pass(fmt::format("{} prompts", seen.size()));
}

const Registration kCheck{{
    .id = "prompts.name.unique",
    .title = "prompt names are unique",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "prompts",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#prompt",
    .consequence = "Which of the two a client gets is chance.",
    .fix = "Register each prompt under a name of its own: prefix names by their source where modules or servers "
           "are merged, and register none twice.",
    .faults = {"prompts.duplicate-name"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::prompts_name_unique
