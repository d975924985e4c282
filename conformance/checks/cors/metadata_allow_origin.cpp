#include "conformance/ask/auth.hpp"
#include "conformance/ask/cors.hpp"

namespace weir::conformance::cors_metadata_allow_origin {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto good = probe.send(from_browser(probe, opening_request(probe)));
  if (!good) { return probe.broken(good.error(), "an answer"); }
  if (!lets_origin_in(probe, *good)) { return not_applicable("the server offers no CORS"); }
  const auto found = find_metadata(probe);
  if (!found || !found->document.is_object()) {
    return untestable("there is no metadata, which auth.metadata.served says");
  }
  const auto url = wire::parse_url(found->url);
  if (!url) { return untestable("the URL of the metadata does not parse"); }
  const auto answer = probe.send(from_browser(probe, {.method = "GET", .url = *url, .headers = {}, .body = {}}));
  if (!answer) { return probe.broken(answer.error(), "the metadata"); }
  if (!lets_origin_in(probe, *answer)) {
    return fail("Access-Control-Allow-Origin on the metadata, as on answers of the endpoint",
                describe(*answer) + " without it")
        .at("server, or what adds CORS before it", "Add the CORS headers to the well-known paths as well.");
  }
  return pass(found->url);
}

const Registration kCheck{{
    .id = "cors.metadata.allow-origin",
    .title = "where answers carry CORS, so does the protected resource metadata",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence = "A client in a browser may talk to the endpoint and cannot find out where to log in.",
    .fix = "Put the routes of /.well-known/oauth-protected-resource behind the same CORS middleware as the endpoint: "
           "often it is mounted on the MCP path alone.",
    .faults = {"cors.not-on-metadata"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_metadata_allow_origin
