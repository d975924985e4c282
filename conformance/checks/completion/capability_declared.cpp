#include "conformance/ask/common.hpp"

namespace weir::conformance::completion_capability_declared {
namespace {

/// A method that is there may know nothing of one reference; one that is not knows nothing of any.
Finding served_as_declared(Probe& probe) {
  const json::object argument{{"name", "weir"}, {"value", ""}};
  std::string refusal;
  for (const json::object& ref : {json::object{{"type", "ref/prompt"}, {"name", "weir-unknown-prompt"}},
                                  json::object{{"type", "ref/resource"}, {"uri", "weir://unknown/{weir}"}}}) {
    const auto reply = probe.call("completion/complete", {{"ref", ref}, {"argument", argument}});
    if (!reply) { return probe.broken(reply.error(), "an answer to completion/complete"); }
    if (error_code(*reply) != jsonrpc::kMethodNotFound) { return pass("declared, and served"); }
    refusal = reply->describe();
  }
  // A listed argument tells best, where there is one.
  const auto listed = complete_first_argument(probe);
  if (listed && (!*listed || error_code(**listed) != jsonrpc::kMethodNotFound)) { return pass("declared, and served"); }
  return fail("completion/complete to be served, as completions is declared", refusal)
      .at("server", "Register a handler for completion/complete, or leave completions out of the capabilities.");
}

Finding run(Probe& probe) {
  if (probe.survey().declares("completions")) { return served_as_declared(probe); }
  auto asked = complete_first_argument(probe);
  if (!asked) { return not_applicable("not declared, and no listed prompt has an argument to complete"); }
  if (!*asked) { return probe.broken(asked->error(), "an answer"); }
  const json::array* values = wire::as_array(wire::find_pointer((*asked)->result(), "/completion/values"));
  if (values && !values->empty()) {
    return fail("the completions capability, since completion/complete gives values", "it is not declared");
  }
  return not_applicable("not declared, and not served");
}

const Registration kCheck{{
    .id = "completion.capability.declared",
    .title = "completion is declared where it is served, and served where it is declared",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .requirements = {"completion.capability-declared"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients ask only for what is declared: the feature is never used, or fails with every key pressed.",
    .fix = "Declare completions in the result of initialize or server/discover exactly where a handler of "
           "completion/complete is registered, before the transport is connected.",
    .faults = {"completion.undeclared", "completion.not-served"},
    .run = run,
}};
const NotByCommand kNoCommand{"completion.capability.declared",
                              "it takes the answers to initialize and to the method, side by side"};

}  // namespace
}  // namespace weir::conformance::completion_capability_declared
