#include "conformance/ask/kept.hpp"
#include "conformance/ask/passive.hpp"

namespace weir::conformance::http_answer_fresh {
namespace {

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    const wire::Exchange& http = seen->http;
    if (http.head.status == 0) { continue; }
    places.looked();
    if (const auto sign = kept_from_another(http); !sign.empty()) {
      places.broken(seen, fmt::format("HTTP {} to {}, with {}", http.head.status, http.request.method, sign));
    }
  }
  return judged(probe, places, "answers that were made for the request", "answers", "no answer came");
}

const Registration kCheck{{
    .id = "http.answer.fresh",
    .title = "no answer of the endpoint comes out of a cache",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9111#section-4",
    .consequence = "A client gets what was answered to another one: its session, its data, or an error that is over.",
    .fix = "Send `Cache-Control: no-store` with every answer of the endpoint, and take its path out of the cache "
           "of the CDN or proxy.",
    .faults = {"http.answers-cached"},
    .fault_eras = {"streamable", "stateless"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_answer_fresh
