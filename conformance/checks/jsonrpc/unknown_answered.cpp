// What there is not is asked for by name in many methods, and each has its own place where the answer can be forgotten.
#include "conformance/ask/control.hpp"

namespace weir::conformance::jsonrpc_unknown_answered {
namespace {

constexpr const char* kUri = "weir://no-such/resource";
constexpr const char* kPrompt = "weir-no-such-prompt";

struct Asked {
  std::string method;
  std::string of;  ///< What there is not.
  json::object params;
};

bool subscribes(const Survey& survey) {
  const json::value capabilities(survey.capabilities);
  const json::value* subscribe = wire::find_pointer(capabilities, "/resources/subscribe");
  return subscribe && *subscribe == json::value(true);
}

/// What no other check asks for, or at another level. Tasks and tools: tools.task.unknown-refused and
/// tools.call.unknown-refused.
std::vector<Asked> requests(const Survey& survey) {
  std::vector<Asked> all;
  if (survey.declares("prompts")) { all.push_back({"prompts/get", "a prompt", {{"name", kPrompt}}}); }
  if (survey.declares("resources")) { all.push_back({"resources/read", "a resource", {{"uri", kUri}}}); }
  if (subscribes(survey)) {
    all.push_back({"resources/subscribe", "a resource", {{"uri", kUri}}});
    all.push_back({"resources/unsubscribe", "a resource", {{"uri", kUri}}});
  }
  if (survey.declares("completions")) {
    const json::object argument{{"name", "any"}, {"value", ""}};
    all.push_back({"completion/complete",
                   "a prompt",
                   {{"ref", {{"type", "ref/prompt"}, {"name", kPrompt}}}, {"argument", argument}}});
    all.push_back({"completion/complete",
                   "a resource",
                   {{"ref", {{"type", "ref/resource"}, {"uri", kUri}}}, {"argument", argument}}});
  }
  return all;
}

/// A refusal by HTTP alone is an answer, which others judge.
bool is_answered(const wire::mcp::Reply& reply) {
  constexpr int kRefusals = 400;
  return reply.response || reply.error_message() || reply.http.head.status >= kRefusals;
}

Finding run(Probe& probe) {
  const auto asked = requests(probe.survey());
  if (asked.empty()) { return not_applicable("neither prompts nor resources nor completions are declared"); }
  for (const auto& one : asked) {
    const std::string expected = fmt::format("an answer to {} of {} that is not there", one.method, one.of);
    const auto reply = probe.call(one.method, one.params);
    if (reply && is_answered(*reply)) { continue; }
    return reply ? fail(expected, reply->describe()) : probe.broken(reply.error(), expected);
  }
  return beside_a_call(probe, pass(fmt::format("{} requests for what is not there were answered", asked.size())));
}

const Registration kCheck{{
    .id = "jsonrpc.unknown.answered",
    .title = "a request for a prompt or a resource that is not there is answered",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#responses",
    .consequence = "The client waits until its time-out, holds a connection meanwhile, and never learns that the name "
                   "is wrong.",
    .fix = "Let each handler of a method that takes a name, a uri or a ref end in a result or an error: what is not "
           "found, or thrown, becomes error -32602 (-32002 of a resource).",
    .faults = {"resources.subscribe-unknown-silent", "prompts.unknown-silent"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_unknown_answered
