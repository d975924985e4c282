#include "conformance/ask/common.hpp"

namespace weir::conformance::completion_capability_declared {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().declares("completions")) { return pass("declared"); }
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
    .title = "a server that completes arguments declares it",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .requirements = {"completion.capability-declared"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients ask only for what is declared: the feature is never used.",
    .fix = "Add an empty completions object to the capabilities in the result of initialize or server/discover, before "
           "the server connects its transport.",
    .faults = {"completion.undeclared"},
    .run = run,
}};
const NotByCommand kNoCommand{"completion.capability.declared",
                              "it takes the answers to initialize and to the method, side by side"};

}  // namespace
}  // namespace weir::conformance::completion_capability_declared
