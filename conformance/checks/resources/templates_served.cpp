#include "conformance/ask/common.hpp"

namespace weir::conformance::resources_templates_served {
namespace {

Finding run(Probe& probe) {
  const auto reply = probe.call("resources/templates/list");
  if (!reply) { return probe.broken(reply.error(), "a list of templates"); }
  if (error_code(*reply) == jsonrpc::kMethodNotFound) {
    return fail("a list of templates, an empty one too, as resources is declared", reply->describe());
  }
  if (!wire::as_array(wire::find(reply->result(), "resourceTemplates"))) {
    return untestable("no list of templates came: " + reply->describe());
  }
  return pass("resources/templates/list is served");
}

// The text asks nobody in so many words to serve it, and no capability says whether it is there.
const Registration kCheck{{
    .id = "resources.templates.served",
    .title = "templates can be listed where resources is declared",
    .level = Level::may,
    .eras = kAllEras,
    .capability = "resources",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#resource-templates",
    .consequence = "Clients that list the templates of every server with resources meet an error, and some leave for "
                   "it.",
    .fix = "Answer resources/templates/list by an empty list of resourceTemplates where the server has none.",
    .faults = {"resources.templates-unknown-method"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_templates_served
