#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_metadata_path_inserted {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/oauth-protected-resource";

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  if (probe.url().path == "/") { return not_applicable("the URL has no path to insert"); }
  const auto found = find_metadata(probe);
  if (!found) { return probe.broken(found.error(), "an answer"); }
  if (!found->document.is_object() || found->elsewhere) {
    return not_applicable("no metadata is served on this origin");
  }
  if (!wire::as_string(wire::find(found->document, "resource"))) {
    return untestable("the metadata names no resource");
  }
  const auto resource = wire::parse_url(wire::string_or(found->document, "resource", ""));
  if (resource && resource->path == "/") {
    return not_applicable("the resource is the whole origin, whose metadata has no path");
  }
  wire::Url inserted = probe.url();
  inserted.path = std::string(kWellKnown) + probe.url().path;
  inserted.has_query = false;
  const auto answer = probe.send({.method = "GET", .url = inserted, .headers = {}, .body = {}});
  if (!answer) { return probe.broken(answer.error(), "the metadata"); }
  if (!metadata_in(*answer).is_object()) {
    const auto named = wire::resolve(probe.url(), found->named);
    if (named && named->path == inserted.path) {
      return untestable("it is where the challenge points, which auth.challenge.metadata-reachable says: " +
                        describe(*answer));
    }
    return fail(fmt::format("the metadata at {}", inserted.path), describe(*answer))
        .at("server", fmt::format("Serve the same document at {} as at {}.", inserted.path, found->url));
  }
  return pass(inserted.path);
}

const Registration kCheck{{
    .id = "auth.metadata.path-inserted",
    .title = "the metadata is also served where the path of the resource is inserted",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc9728#section-3.1",
    .consequence = "Clients that build the well-known URL themselves get 404 and log in again and again.",
    .fix = "Route /.well-known/oauth-protected-resource plus the path of the endpoint to the handler that serves the "
           "metadata now, at server and proxy, without credentials.",
    .faults = {"auth.metadata-root-only"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_metadata_path_inserted
