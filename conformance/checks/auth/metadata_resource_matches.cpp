#include "conformance/checks/auth/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) {
    return not_applicable("no bearer token is configured");
  }

  auto found = find_metadata(probe);
  if (!found) {
    return probe.broken(found.error(), "an answer");
  }
  const auto resource = wire::as_string(wire::find(found->document, "resource"));
  if (!resource) {
    return untestable("the metadata names no resource");
  }
  auto url = wire::parse_url(*resource);
  const bool same = url && url->origin() == probe.url().origin() &&
                    (probe.url().path.starts_with(url->path) || url->path == probe.url().path + "/");
  if (!same) {
    return fail(fmt::format("{} or its beginning", probe.url().str()), wire::excerpt(*resource, 100));
  }
  return pass(std::string(*resource));
}

const Registration kCheck{{
    .id = "auth.metadata.resource-matches",
    .title = "the resource of the metadata is this server",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .requirements = {"auth.prm.resource-matches"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "Clients refuse metadata of another resource: an internal host or http:// behind a balancer locks "
                   "everyone out.",
    .faults = {"auth.metadata-internal-host"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
