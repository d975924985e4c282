#include <algorithm>

#include "conformance/checks/prompts/common.hpp"

namespace weir::conformance::prompts_get_missing_arguments_refused {
namespace {

Finding run(Probe& probe) {
  const auto& prompts = probe.survey().prompts;
  const auto needy = std::find_if(prompts.begin(), prompts.end(), needs_arguments);
  if (needy == prompts.end()) { return not_applicable("no listed prompt needs arguments"); }
  const std::string name(wire::string_or(*needy, "name", ""));
  auto reply = probe.call("prompts/get", {{"name", name}, {"arguments", json::object{}}});
  if (!reply) { return probe.broken(reply.error(), "error -32602 for " + name); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (error_code(*reply) != jsonrpc::kInvalidParams) { return fail("error -32602 for " + name, reply->describe()); }
  return pass("error -32602");
}

const Registration kCheck{{
    .id = "prompts.get.missing-arguments-refused",
    .title = "a prompt without its required arguments is refused with -32602",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "prompts",
    .requirements = {"prompts.error.missing-arguments"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#error-handling",
    .consequence = "The model is given a prompt with holes in it.",
    .fix = "Check the arguments of prompts/get against those that are listed as required before the prompt is "
           "filled in, and answer a gap by error -32602.",
    .faults = {"prompts.missing-arguments-ok"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::prompts_get_missing_arguments_refused
