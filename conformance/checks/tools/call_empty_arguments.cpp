#include <algorithm>
#include <array>

#include "conformance/ask/tools.hpp"
#include "wire/base/text.hpp"
#include "wire/schema/json_schema.hpp"

namespace weir::conformance::tools_call_empty_arguments {
namespace {

/// What validators say of a value that is no object. PHP has one kind of array for both, so that {} becomes [] on its
/// way to them.
constexpr std::array<std::string_view, 6> kNoObject = {"not of type object", "expected object, received",
                                                       "must be an object",  "must be object",
                                                       "is not an object",   "object is required"};

wire::Result<wire::mcp::Reply> call_with(Probe& probe, const std::string& name, json::object arguments) {
  return probe.call("tools/call", {{"name", name}, {"arguments", std::move(arguments)}});
}

bool is_refused(const wire::mcp::Reply& reply) { return reply.is_error() || is_tool_error(reply); }

std::string words_of(const wire::mcp::Reply& reply) {
  if (const auto* error = reply.error_message()) { return error->error.message; }
  return std::string(first_text(reply));
}

bool says_it_is_no_object(const wire::mcp::Reply& reply) {
  const std::string words = wire::lower(words_of(reply));
  return std::any_of(kNoObject.begin(), kNoObject.end(),
                     [&](std::string_view said) { return words.find(said) != std::string::npos; });
}

/// Arguments that mean nothing to any tool, where this one's schema takes them.
std::optional<json::object> meaningless(const Survey& survey, std::string_view name) {
  json::object arguments{{"weir-means-nothing", "weir"}};
  for (const json::value& tool : survey.tools) {
    const json::value* schema = wire::find(tool, "inputSchema");
    if (wire::string_or(tool, "name", "") != name || !schema) { continue; }
    const auto compiled = wire::JsonSchema::compile(*schema);
    if (!compiled) { return std::nullopt; }
    const auto problems = compiled->validate(arguments);
    return problems && problems->empty() ? std::optional(arguments) : std::nullopt;
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  std::optional<Finding> finding;
  for (const auto& call : calls) {
    if (!call.arguments.empty()) { continue; }
    const auto reply = call_with(probe, call.name, {});
    if (!reply) { return unanswered_call(call.name, reply.error()); }
    if (!is_refused(*reply)) {
      finding = pass(fmt::format("{} was served with {{}}", call.name));
      continue;
    }
    // That a tool of the profile is answered by an error is told by tools.call.served.
    if (!call.guessed && reply->is_error()) { continue; }
    const auto asked = probe.last_request();
    const auto others = meaningless(probe.survey(), call.name);
    const auto beside = others ? call_with(probe, call.name, *others) : reply;
    if (says_it_is_no_object(*reply) || (beside && !is_refused(*beside))) {
      if (asked) { probe.pin_request(*asked); }
      return fail(fmt::format("a result of {} for \"arguments\": {{}}, which its schema takes", call.name),
                  fmt::format("'{}'{}", wire::excerpt(words_of(*reply), 120),
                              beside && !is_refused(*beside) ? ", and a result where a member that means nothing is "
                                                               "added"
                                                             : ""))
          .at("server", "Take an empty object for an object: PHP needs `new stdClass` or JSON_FORCE_OBJECT for it.");
    }
    if (!finding) { finding = untestable(fmt::format("{} refuses what was made up for it", call.name)); }
  }
  return finding ? *finding : untestable("no tool that may be called does without arguments");
}

const Registration kCheck{{
    .id = "tools.call.empty-arguments",
    .title = "a call of a tool that needs no arguments may give an empty object",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Clients give what the schema asks for, which is nothing: the tool fails in each of them.",
    .fix = "Keep an empty object an object on its way to the validator (PHP: decode to stdClass, not to arrays), and "
           "let the schema alone decide whether arguments may be empty.",
    .faults = {"tools.empty-arguments-no-object", "tools.empty-arguments-refused"},
    .fixture = "no-arguments",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_empty_arguments
