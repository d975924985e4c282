#include <array>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::http_fields_single {
namespace {

// Those whose definition is no list (RFC 9110 section 5.3), of which clients of MCP read the value.
constexpr std::array kSingle = {"Content-Type", "Mcp-Session-Id", "Location", "Retry-After", "Content-Length", "ETag"};

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    const wire::Headers& headers = seen->http.head.headers;
    if (seen->http.head.status == 0) { continue; }
    places.looked();
    for (const char* name : kSingle) {
      if (headers.count(name) > 1) {
        places.broken(seen, fmt::format("{} stands {} times", name, headers.count(name)));
      }
    }
  }
  return judged(probe, places, "each of these header fields once", "answers", "no answer came");
}

const Registration kCheck{{
    .id = "http.fields.single",
    .title = "a header field that has one value stands once",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-5.3",
    .consequence = "Clients join the values by a comma, or take one of them: a session id or a type that nobody knows.",
    .fix = "Set the field in one place: let a proxy replace what the server sent (nginx: proxy_hide_header beside "
           "add_header), and let middleware set it instead of appending.",
    .faults = {"http.content-type-twice"},
    .passive = true,
    .outside = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_fields_single
