#include "conformance/checks/resources/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  for (const json::value& resource : probe.survey().resources) {
    for (const std::string_view member : {"uri", "name"}) {
      const auto text = wire::as_string(wire::find(resource, member));
      if (!text || text->empty()) { return fail(fmt::format("a string {}", member), wire::excerpt(resource, 100)); }
    }
  }
  if (probe.survey().resources.empty()) { return not_applicable("no resources are listed"); }
  return pass(fmt::format("{} resources", probe.survey().resources.size()));
}

const Registration kCheck{{
    .id = "resources.list.shape",
    .title = "each resource has a uri and a name",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.list.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#listing-resources",
    .consequence = "Typed clients drop the whole list.",
    .faults = {"resources.name-missing"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
