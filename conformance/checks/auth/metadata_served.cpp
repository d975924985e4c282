#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_metadata_served {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }

  auto found = find_metadata(probe);
  if (!found) { return probe.broken(found.error(), "an answer"); }
  if (found->exchange.head.status != 200 || !found->document.is_object()) {
    if (found->elsewhere) {
      return untestable("the challenge names another origin, which is not asked: " + found->named);
    }
    // 2025-11-25 authorization, "Protocol Requirements": OAuth is optional, and nothing here speaks of it.
    if (found->named.empty()) {
      return not_applicable("tokens are taken, but nothing tells of OAuth: no resource_metadata, no metadata");
    }
    return fail("200 with JSON at resource_metadata or /.well-known/oauth-protected-resource",
                describe(found->exchange));
  }
  if (!wire::as_string(wire::find(found->document, "resource"))) {
    return untestable(fmt::format("what is served at {} names no resource, as metadata must: {}", found->url,
                                  describe(found->exchange)));
  }
  return pass(found->url);
}

const Registration kCheck{{
    .id = "auth.metadata.served",
    .title = "protected resource metadata is served as JSON without credentials",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .requirements = {"auth.prm.implemented", "auth.prm.media-type", "auth.prm.challenge-or-well-known"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "OAuth clients cannot find where to log in.",
    .faults = {"auth.metadata-404"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_metadata_served
