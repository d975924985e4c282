#include <algorithm>
#include <cctype>
#include <set>

#include "conformance/ask/common.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::tools_x_mcp_header_valid {
namespace {

constexpr std::string_view kToken = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Walks a schema; `reachable` while only `properties` has been passed. Returns what is wrong.
std::optional<std::string> problem_in(const json::value& schema, bool reachable, std::set<std::string>& seen) {
  if (const json::array* list = wire::as_array(&schema)) {
    for (const json::value& item : *list) {
      if (auto problem = problem_in(item, false, seen)) { return problem; }
    }
  }
  const json::object* members = wire::as_object(&schema);
  if (!members) { return std::nullopt; }
  if (const json::value* annotation = members->if_contains("x-mcp-header")) {
    const auto name = wire::as_string(annotation);
    const std::string_view type = wire::string_or(schema, "type", "");
    if (!name || name->empty() || name->find_first_not_of(kToken) != name->npos) {
      return "not a field name: " + wire::excerpt(*annotation, 60);
    }
    if (type != "string" && type != "integer" && type != "boolean") {
      return fmt::format("'{}' on a property of type '{}'", *name, type);
    }
    if (!reachable) { return fmt::format("'{}' below something else than properties", *name); }
    if (!seen.insert(wire::lower(*name)).second) { return fmt::format("'{}' twice", *name); }
  }
  for (const auto& [key, value] : *members) {
    if (key == "properties" && value.is_object()) {
      for (const auto& property : value.get_object()) {
        if (auto problem = problem_in(property.value(), reachable, seen)) { return problem; }
      }
    } else if (key != "const" && key != "enum" && key != "default" && key != "examples") {
      if (auto problem = problem_in(value, false, seen)) { return problem; }
    }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  int annotated = 0;
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    std::set<std::string> seen;
    const json::value* schema = wire::find(tool, "inputSchema");
    auto problem = schema ? problem_in(*schema, true, seen) : std::nullopt;
    if (problem) {
      return fail("unique field names on reachable string, integer or boolean properties",
                  fmt::format("{} in '{}'", *problem, wire::string_or(tool, "name", "")));
    }
    annotated += seen.empty() ? 0 : 1;
  }
  return annotated == 0 ? not_applicable("no tool mirrors an argument into a header")
                        : pass(fmt::format("{} tools", annotated));
}

const Registration kCheck{{
    .id = "tools.x-mcp-header.valid",
    .title = "x-mcp-header annotations are unique field names on reachable primitive properties",
    .level = Level::must,
    .eras = kStateless,
    .capability = "tools",
    .requirements = {"tools.x-mcp-header.non-empty", "tools.x-mcp-header.token-syntax", "tools.x-mcp-header.unique",
                     "tools.x-mcp-header.primitive-types", "tools.x-mcp-header.statically-reachable"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#x-mcp-header",
    .consequence = "Clients drop a tool whose annotations they cannot turn into headers.",
    .fix = "Put x-mcp-header on string, integer or boolean properties below `properties` alone, each with a header "
           "name of token characters that is used once in the tool.",
    .faults = {"tools.x-mcp-header-not-a-token", "tools.x-mcp-header-on-object", "tools.x-mcp-header-twice",
               "tools.x-mcp-header-in-items"},
    .run = run,
}};
const NotByCommand kNoCommand{"tools.x-mcp-header.valid", "it is a matter of all pages of the list"};

}  // namespace
}  // namespace weir::conformance::tools_x_mcp_header_valid
