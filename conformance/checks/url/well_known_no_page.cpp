#include <array>

#include "conformance/ask/auth.hpp"

namespace weir::conformance::url_well_known_no_page {
namespace {

/// Where clients look for a login before they do anything else (RFC 9728 section 3, RFC 8414 section 3).
std::vector<std::string> places(const Probe& probe) {
  const std::string path = probe.url().path == "/" ? std::string() : probe.url().path;
  std::vector<std::string> found = {"/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"};
  if (!path.empty()) { found.insert(found.begin(), found.front() + path); }
  return found;
}

Finding run(Probe& probe) {
  if (uses_bearer(probe)) { return not_applicable("there is a login, and auth.metadata.* judge what tells of it"); }
  std::size_t absent = 0;
  for (const std::string& place : places(probe)) {
    const auto url = wire::resolve(probe.url(), place);
    if (!url) { continue; }
    const auto answer = probe.send({.method = "GET", .url = *url, .headers = {}, .body = {}});
    if (!answer) { return probe.broken(answer.error(), fmt::format("404 from {}", place)); }
    if (answer->head.status != 200) {
      absent += answer->head.status == 404 ? 1 : 0;
      continue;
    }
    const auto document = wire::parse_json(answer->body);
    if (document && document->value.is_object()) { continue; }
    return fail(fmt::format("metadata as JSON, or 404, from {}", place), describe(*answer))
        .at("server", "Answer 404 to every path under /.well-known/ that there is no document for.");
  }
  return absent == 0 ? untestable("no place is answered 404, and none 200 with anything else than JSON")
                     : pass(fmt::format("{} places answered 404", absent));
}

const Registration kCheck{{
    .id = "url.well-known.no-page",
    .title = "where clients look for a login there is metadata or a 404, and no page",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc8414#section-3.2",
    .consequence =
        "Clients read the page as metadata, and give up at its first byte instead of going on without a login.",
    .fix = "Answer 404 under /.well-known/oauth- where there is no document, before the single-page fallback (nginx: "
           "location ^~ /.well-known/oauth- { return 404; }).",
    .faults = {"url.well-known-page"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_well_known_no_page
