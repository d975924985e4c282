#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_uri_valid {
namespace {

Finding run(Probe& probe) {
  for (const json::value& resource : probe.in_time(probe.survey().resources)) {
    const std::string_view uri = wire::string_or(resource, "uri", "");
    if (!is_uri(uri)) { return fail("an absolute URI", fmt::format("'{}'", wire::excerpt(uri, 100))); }
  }
  if (probe.survey().resources.empty()) { return not_applicable("no resources are listed"); }
  return pass(fmt::format("{} URIs", probe.survey().resources.size()));
}

const Registration kCheck{{
    .id = "resources.uri.valid",
    .title = "resource URIs conform to RFC 3986",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.uri.custom-scheme-rfc3986"},
    .source = "https://www.rfc-editor.org/rfc/rfc3986#section-3",
    .consequence = "Clients parse the URI before they read it, and fail on their own side.",
    .fix = "Begin each uri with a scheme, percent-encode spaces and whatever else RFC 3986 does not allow, and move "
           "uris with {variables} to resources/templates/list.",
    .faults = {"resources.uri-with-space"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_uri_valid
