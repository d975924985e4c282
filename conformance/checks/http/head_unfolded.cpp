#include "conformance/ask/passive.hpp"

namespace weir::conformance::http_head_unfolded {
namespace {

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    const std::string& raw = seen->http.head.raw;
    if (raw.empty()) { continue; }
    places.looked();
    const auto fold = std::min(raw.find("\n "), raw.find("\n\t"));
    if (fold != std::string::npos) {
      const auto line = fold == 0 ? std::string::npos : raw.rfind('\n', fold - 1);
      const std::size_t begin = line == std::string::npos ? 0 : line + 1;
      places.broken(seen, "the line goes on in the next one: " +
                              wire::excerpt(std::string_view(raw).substr(begin, fold - begin), 60));
    }
  }
  return judged(probe, places, "each header field on one line", "heads", "no answer came");
}

const Registration kCheck{{
    .id = "http.head.unfolded",
    .title = "no header field goes on in a second line",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-5.2",
    .consequence = "Proxies and clients refuse such a head, or read another value than was meant.",
    .fix = "Strip CR and LF from values before they become header fields, and write each field on one line, in the "
           "server and in what adds fields before it.",
    .faults = {"http.head-folded"},
    .passive = true,
    .outside = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_head_unfolded
