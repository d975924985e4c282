#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_template_valid {
namespace {

Finding run(Probe& probe) {
  int judged = 0;
  for (const json::value& item : probe.in_time(probe.survey().resource_templates)) {
    const auto text = wire::as_string(wire::find(item, "uriTemplate"));
    if (!text) { continue; }  // resources.templates.shape says so.
    ++judged;
    if (!is_uri_template(*text)) {
      return fail("a template of RFC 6570", fmt::format("'{}'", wire::excerpt(*text, 100)));
    }
  }
  return judged == 0 ? not_applicable("no templates are listed") : pass(fmt::format("{} templates", judged));
}

const Registration kCheck{{
    .id = "resources.template.valid",
    .title = "each uriTemplate is one of RFC 6570",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.templates.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#resource-templates",
    .consequence = "Clients fail to expand it.",
    .fix = "Write variables as RFC 6570 has them, {name} or {?a,b}, in place of a router's or a regex's syntax; close "
           "every brace, and encode literal ones as %7B and %7D.",
    .faults = {"resources.template-unbalanced"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_template_valid
