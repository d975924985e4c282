#include <algorithm>

#include "conformance/checks/prompts/common.hpp"

namespace weir::conformance::prompts_get_served {
namespace {

Finding run(Probe& probe) {
  const auto& prompts = probe.survey().prompts;
  const auto plain = std::find_if_not(prompts.begin(), prompts.end(), needs_arguments);
  if (plain == prompts.end()) { return untestable("every listed prompt needs arguments"); }
  const std::string name(wire::string_or(*plain, "name", ""));
  auto reply = probe.call("prompts/get", {{"name", name}});
  if (!reply) { return probe.broken(reply.error(), "the messages of " + name); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (auto bad = unless_result(*reply, "the messages of " + name)) {
    const auto asked = probe.last_request();
    const auto with = probe.call("prompts/get", {{"name", name}, {"arguments", json::object{}}});
    if (asked) { probe.pin_request(*asked); }
    // The schema has `arguments` optional, and validators of SDKs often have not.
    return with && with->is_result() ? std::move(*bad).at("server",
                                                          "Take prompts/get without `arguments` as one "
                                                          "with `{}`, which is served.")
                                     : *bad;
  }
  return pass(name + " was given");
}

const Registration kCheck{{
    .id = "prompts.get.served",
    .title = "a listed prompt that needs no arguments is given",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "prompts",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#getting-a-prompt",
    .consequence = "What is listed cannot be used.",
    .fix = "Take prompts/get without `arguments` as one with `{}`, and read in the log what the prompt's handler "
           "throws, or why its name is not found.",
    .faults = {"prompts.get-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::prompts_get_served
