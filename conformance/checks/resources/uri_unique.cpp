#include <set>

#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_uri_unique {
namespace {

Finding run(Probe& probe) {
  if (is_endless(probe.survey(), "resources")) {
    return untestable("the list names a next page without end: pagination.list.ends says so");
  }
  std::set<std::string> seen;
  for (const json::value& resource : probe.in_time(probe.survey().resources)) {
    const std::string uri(wire::string_or(resource, "uri", ""));
    if (!seen.insert(uri).second) {
      return fail("each URI once", fmt::format("'{}' twice", wire::excerpt(std::string_view(uri), 100)));
    }
  }
  if (seen.empty()) { return not_applicable("no resources are listed"); }
  return pass(fmt::format("{} URIs", seen.size()));
}

const Registration kCheck{{
    .id = "resources.uri.unique",
    .title = "no URI is listed twice",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "resources",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#listing-resources",
    .consequence = "A client that keeps resources by URI loses one of the two.",
    .fix = "Drop or rename the second registration of the uri, and begin each page of resources/list after the last "
           "entry of the page before.",
    .faults = {"resources.duplicate-uri"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_uri_unique
