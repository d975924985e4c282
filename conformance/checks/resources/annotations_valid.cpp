#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_annotations_valid {
namespace {

Finding run(Probe& probe) {
  int annotated = 0;
  for (const auto* list : {&probe.survey().resources, &probe.survey().resource_templates}) {
    for (const json::value& item : probe.in_time(*list)) {
      const json::value* annotations = wire::find(item, "annotations");
      if (!annotations) { continue; }
      if (auto problem = annotation_problem(*annotations)) {
        return fail("audience of user and assistant, priority from 0 to 1", *problem);
      }
      ++annotated;
    }
  }
  return annotated == 0 ? not_applicable("nothing is annotated") : pass(fmt::format("{} annotations", annotated));
}

const Registration kCheck{{
    .id = "resources.annotations.valid",
    .title = "annotations keep to their audience, priority and time",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .capability = "resources",
    .requirements = {"resources.annotations.valid"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#annotations",
    .consequence = "Typed clients refuse the list.",
    .fix = "Write annotations as an object: audience an array of user and assistant, priority a number from 0 to 1, "
           "lastModified an ISO 8601 string; leave unknown values out.",
    .faults = {"resources.priority-out-of-range"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_annotations_valid
