// Each listed tool has a name and an input schema whose type is "object" (schema: ListToolsResult, Tool).
#include "conformance/probe/probe.hpp"

namespace weir::conformance {

namespace {

std::string what_is_wrong(const json::value& tool) {
  const auto* object = wire::as_object(&tool);
  if (!object) { return fmt::format("a tool that is {}", wire::kind_name(tool)); }
  if (!wire::as_string(object->if_contains("name"))) { return "a tool without a name: " + wire::excerpt(tool); }
  const auto name = wire::string_or(tool, "name", "");
  const auto* schema = object->if_contains("inputSchema");
  if (!wire::as_object(schema)) {
    return fmt::format("tool '{}' with {} as inputSchema", name, schema ? wire::kind_name(*schema) : "nothing");
  }
  if (wire::string_or(*schema, "type", "") != "object") {
    return fmt::format("tool '{}' whose inputSchema has {} as type", name,
                       schema->as_object().contains("type") ? wire::excerpt(schema->at("type")) : "nothing");
  }
  return {};
}

Finding run(Probe& probe) {
  auto reply = probe.call("tools/list");
  const std::string expected = "a result with an array of tools";
  if (!reply) { return probe.broken(reply.error(), expected); }
  const auto* listed = wire::as_array(wire::find(reply->result(), "tools"));
  if (!listed) { return fail(expected, reply->is_result() ? wire::excerpt(reply->result()) : reply->describe()); }
  // The first page was asked for here; the survey has walked the others.
  for (const auto& tool :
       probe.survey().tools.empty() ? std::vector(listed->begin(), listed->end()) : probe.survey().tools) {
    if (auto wrong = what_is_wrong(tool); !wrong.empty()) {
      return fail("each tool to have a name and an inputSchema of type \"object\"", wrong);
    }
  }
  return pass(fmt::format("{} tools, each with a name and an input schema",
                          std::max(listed->size(), probe.survey().tools.size())));
}

const Registration kCheck{{.id = "tools.list.shape",
                           .title = "tools/list gives tools with a name and an input schema of type object",
                           .level = Level::must,
                           .eras = kAllEras,
                           .capability = "tools",
                           .requirements = {"tools.list.shape"},
                           .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools",
                           .consequence = "Hosts drop the whole list when one tool cannot be read.",
                           .faults = {"tools.input-schema-missing", "tools.list-not-array"},
                           .by_revision = true,
                           .run = run}};

}  // namespace

}  // namespace weir::conformance
