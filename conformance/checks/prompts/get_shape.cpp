#include <algorithm>

#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

/// Whether the prompt has an argument that must be given.
bool needs_arguments(const json::value& prompt) {
  const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
  return arguments && std::any_of(arguments->begin(), arguments->end(), [](const json::value& argument) {
           const json::value* required = wire::find(argument, "required");
           return required && required->is_bool() && required->get_bool();
         });
}

Finding run(Probe& probe) {
  const auto& prompts = probe.survey().prompts;
  const auto plain = std::find_if_not(prompts.begin(), prompts.end(), needs_arguments);
  if (plain == prompts.end()) { return untestable("every listed prompt needs arguments"); }
  const std::string name(wire::string_or(*plain, "name", ""));
  auto reply = probe.call("prompts/get", {{"name", name}});
  if (!reply) { return probe.broken(reply.error(), "the messages of " + name); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (auto bad = unless_result(*reply, "the messages of " + name)) { return *bad; }
  const json::array* messages = wire::as_array(wire::find(reply->result(), "messages"));
  if (!messages) { return fail("a messages array", wire::excerpt(reply->result(), 100)); }
  for (const json::value& message : *messages) {
    const std::string_view role = wire::string_or(message, "role", "");
    if (role != "user" && role != "assistant") { return fail("role user or assistant", wire::excerpt(message, 100)); }
    const json::value* content = wire::find(message, "content");
    auto problem = content ? content_problem(*content) : std::optional<std::string>("no content");
    if (problem) { return fail("one valid content block", *problem); }
  }
  return pass(fmt::format("{} messages of {}", messages->size(), name));
}

const Registration kCheck{{
    .id = "prompts.get.shape",
    .title = "a prompt gives messages with a role and valid content",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "prompts",
    .requirements = {"prompts.get.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#getting-a-prompt",
    .consequence = "Clients cannot hand the prompt to a model.",
    .faults = {"prompts.role-unknown", "prompts.content-unknown-type"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
