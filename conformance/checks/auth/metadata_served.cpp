#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_metadata_served {
namespace {

/// Where the server's origin serves the metadata of an authorization server, as clients of 2025-03-26 look for it;
/// empty where it does not.
std::string older_metadata(Probe& probe) {
  const auto url = wire::resolve(probe.url(), "/.well-known/oauth-authorization-server");
  if (!url) { return {}; }
  const auto answer = probe.send({.method = "GET", .url = *url, .headers = {}, .body = {}});
  if (!answer || answer->head.status != 200) { return {}; }
  const auto document = wire::parse_json(answer->body);
  const bool tells = document && wire::as_string(wire::find(document->value, "issuer")) &&
                     wire::as_string(wire::find(document->value, "token_endpoint"));
  return tells ? url->str() : std::string();
}

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
      if (const std::string older = older_metadata(probe); !older.empty()) {
        return fail("200 with JSON at /.well-known/oauth-protected-resource, as OAuth is offered: " + older,
                    describe(found->exchange))
            .at("server",
                "Serve the protected resource metadata, and name it by resource_metadata in the challenge of each "
                "401.");
      }
      return not_applicable("tokens are taken, but nothing tells of OAuth: no resource_metadata, no metadata");
    }
    return fail("200 with JSON at resource_metadata or /.well-known/oauth-protected-resource",
                describe(found->exchange))
        .at("server, or what stands before it",
            "Route /.well-known/oauth-protected-resource to the server, before the token is asked for and before any "
            "page that answers for unknown paths.");
  }
  if (found->mistyped) {
    const std::string_view type = found->exchange.head.headers.get("content-type");
    return fail("Content-Type: application/json",
                fmt::format("the metadata {}, at {}",
                            type.empty() ? "without a Content-Type" : fmt::format("as '{}'", wire::excerpt(type, 60)),
                            found->url))
        .at("server, or what serves the file",
            "Send the metadata with Content-Type: application/json; a file without an extension gets another type of a "
            "web server or bucket.");
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
    .fix = "Serve the metadata as JSON at /.well-known/oauth-protected-resource, ahead of the token check and of "
           "fallback pages, and name it by resource_metadata in each 401.",
    .faults = {"auth.metadata-404", "auth.metadata-as-text", "auth.metadata-of-2025-03-26"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_metadata_served
