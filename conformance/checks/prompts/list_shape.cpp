#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  for (const json::value& prompt : probe.survey().prompts) {
    const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
    bool named = !wire::string_or(prompt, "name", "").empty();
    for (const json::value& argument : arguments ? *arguments : json::array{}) {
      named = named && !wire::string_or(argument, "name", "").empty();
    }
    if (!named) { return fail("a name for the prompt and for each argument", wire::excerpt(prompt, 120)); }
  }
  if (probe.survey().prompts.empty()) { return not_applicable("no prompts are listed"); }
  return pass(fmt::format("{} prompts", probe.survey().prompts.size()));
}

const Registration kCheck{{
    .id = "prompts.list.shape",
    .title = "each prompt and each of its arguments has a name",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "prompts",
    .requirements = {"prompts.list.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#listing-prompts",
    .consequence = "Typed clients drop the whole list.",
    .faults = {"prompts.argument-name-missing"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
