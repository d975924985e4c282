#include "conformance/checks/resources/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  for (const json::value& item : probe.survey().resource_templates) {
    const auto text = wire::as_string(wire::find(item, "uriTemplate"));
    if (!text || wire::string_or(item, "name", "").empty()) {
      return fail("a name and a uriTemplate", wire::excerpt(item, 100));
    }
    if (!is_uri_template(*text)) {
      return fail("a template of RFC 6570", fmt::format("'{}'", wire::excerpt(*text, 100)));
    }
  }
  if (probe.survey().resource_templates.empty()) { return not_applicable("no templates are listed"); }
  return pass(fmt::format("{} templates", probe.survey().resource_templates.size()));
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
    .faults = {"resources.template-unbalanced"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
