#include "conformance/ask/passive.hpp"
#include "conformance/tap/unnamed_coding.hpp"

namespace weir::conformance::http_body_coding_named {
namespace {

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    if (seen->http.body.empty()) { continue; }
    places.looked();
    if (auto what = unnamed_coding(seen->http)) { places.broken(seen, *std::move(what)); }
  }
  auto finding =
      judged(probe, places, "a Content-Encoding that names each coding of the body", "bodies", "no answer had a body");
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  return std::move(finding).at("compressor, or a cache before it",
                               "Let what compresses set Content-Encoding, and what passes the answer on keep it; "
                               "compress in one place.");
}

const Registration kCheck{{
    .id = "http.body.coding-named",
    .title = "a body that is compressed says so",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-8.4",
    .consequence = "No client undoes what is not named: it finds bytes where JSON is due, and the request fails.",
    .fix = "Set Content-Encoding where the body is compressed, let every hop behind pass it on, and compress in "
           "one place alone: in the server or in the proxy.",
    .faults = {"http.gzip-unnamed", "http.gzip-twice"},
    .fault_eras = {"streamable", "stateless"},
    .passive = true,
    .outside = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_body_coding_named
