#include "conformance/ask/passive.hpp"
#include "conformance/tap/unnamed_coding.hpp"
#include "wire/base/utf8.hpp"

namespace weir::conformance::http_body_utf8 {
namespace {

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    const wire::Exchange& http = seen->http;
    if (!http.is_json() || http.body.empty() || seen->body_cut || http.end == wire::EndClass::malformed) { continue; }
    if (unnamed_coding(http)) { continue; }
    places.looked();
    const auto at = wire::find_invalid_utf8(http.body);
    if (!at) { continue; }
    const std::size_t begin = *at - std::min<std::size_t>(*at, 20);
    places.broken(seen, fmt::format("the answer is not UTF-8 from byte {} on: '{}'", *at,
                                    wire::excerpt(std::string_view(http.body).substr(begin, 40), 60)));
  }
  return judged(probe, places, "JSON in UTF-8", "JSON bodies", "no answer was a JSON body");
}

const Registration kCheck{{
    .id = "http.body.utf8",
    .title = "JSON bodies are UTF-8",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"transport.streamable.utf8"},
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    .consequence = "Strict parsers refuse the whole answer; lenient ones show other characters than the tool wrote.",
    .fix = "Encode JSON bodies as UTF-8 where they are written, not in the platform's default charset, and cut "
           "text between characters, not between bytes.",
    .faults = {"http.body-latin-1"},
    .fault_eras = {"streamable", "stateless"},
    .green_may_be = "no answer was a JSON body",
    .passive = true,
    .outside = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_body_utf8
