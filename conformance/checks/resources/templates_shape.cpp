#include "conformance/ask/shapes.hpp"

namespace weir::conformance::resources_templates_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "resources.templates.shape",
                      {.expected = "templates as the revision has them, each with a uriTemplate and a name",
                       .looked_at = "results of resources/templates/list",
                       .nothing = "no list of templates came"});
}

const Registration kCheck{{
    .id = "resources.templates.shape",
    .title = "each template has a name and a uriTemplate of RFC 6570",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.templates.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#resource-templates",
    .consequence = "Clients fail to expand it, or drop the whole list.",
    .fix = "Give every entry of `resourceTemplates` a string name and uriTemplate (not uri), and leave members without "
           "a value out in place of null.",
    .faults = {"resources.template-without-name"},
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_templates_shape
