#include "conformance/ask/common.hpp"

namespace weir::conformance::meta_icons_src {
namespace {

Finding run(Probe& probe) {
  const Survey& survey = probe.survey();
  std::vector<json::value> owners{json::value(survey.server_info)};
  for (const auto* list : {&survey.tools, &survey.resources, &survey.resource_templates, &survey.prompts}) {
    owners.insert(owners.end(), list->begin(), list->end());
  }
  int icons = 0;
  for (const json::value& owner : probe.in_time(owners)) {
    const json::array* listed = wire::as_array(wire::find(owner, "icons"));
    for (const json::value& icon : listed ? *listed : json::array{}) {
      const std::string_view src = wire::string_or(icon, "src", "");
      if (!src.starts_with("https:") && !src.starts_with("http:") && !src.starts_with("data:")) {
        return fail("http, https or data", wire::excerpt(icon, 100));
      }
      ++icons;
    }
  }
  return icons == 0 ? not_applicable("the server has no icons") : pass(fmt::format("{} icons", icons));
}

const Registration kCheck{{
    .id = "meta.icons.src",
    .title = "icons are http, https or data URIs",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-11-25",
    .requirements = {"meta.icon-src"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#icons",
    .consequence = "Clients must refuse any other scheme: the icon is never shown.",
    .fix = "Set src of each icon to an absolute https URI or to a data URI, in place of a relative path or of a "
           "file: or javascript: URI.",
    .faults = {"meta.icon-javascript"},
    .green_may_be = "has no icons",
    .run = run,
}};
const NotByCommand kNoCommand{"meta.icons.src", "it is a matter of all lists, and the server's own icons"};

}  // namespace
}  // namespace weir::conformance::meta_icons_src
