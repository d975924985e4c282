#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_metadata_authorization_servers {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }

  auto found = find_metadata(probe);
  if (!found) { return probe.broken(found.error(), "an answer"); }
  if (!found->document.is_object()) { return untestable("no metadata is served"); }
  if (is_rpc_envelope(found->document)) {
    return untestable("a JSON-RPC message is served in the place of the metadata, which auth.metadata.shape says");
  }
  const json::array* servers = wire::as_array(wire::find(found->document, "authorization_servers"));
  if (!servers || servers->empty()) {
    return fail("authorization_servers with at least one URL", wire::excerpt(found->document, 100));
  }
  return pass(wire::excerpt(json::value(*servers), 100));
}

const Registration kCheck{{
    .id = "auth.metadata.authorization-servers",
    .title = "the metadata names an authorization server",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .requirements = {"auth.prm.authorization-servers"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "OAuth clients cannot find where to log in.",
    .fix = "Write authorization_servers into the resource metadata as an array with the issuer URL of the OAuth "
           "provider (Python SDK: issuer_url of AuthSettings).",
    .faults = {"auth.metadata-no-servers"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_metadata_authorization_servers
