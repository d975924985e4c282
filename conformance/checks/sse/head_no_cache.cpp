#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_head_no_cache {
namespace {

std::optional<std::string> problem(const SeenStream& stream) {
  // RFC 9111 section 3: nothing keeps the answer to a POST that does not ask for it.
  if (stream.exchange.request.method != "GET") { return std::nullopt; }
  const wire::Headers& headers = stream.exchange.head.headers;
  for (const std::string_view directive : {"no-cache", "no-store", "max-age=0"}) {
    if (has_cache_directive(headers, directive)) { return std::nullopt; }
  }
  const std::string said = headers.joined("cache-control");
  return said.empty() ? "no Cache-Control" : "Cache-Control: " + said;
}

Finding run(Probe& probe) { return judge_streams(probe, {}, "Cache-Control: no-cache or no-store", problem); }

const Registration kCheck{{
    .id = "sse.head.no-cache",
    .title = "a stream opened by GET may not be answered from a cache",
    .level = Level::should,
    .eras = kSessionEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9111#section-4.2.2",
    .consequence = "A cache on the way may store the first stream and give it to everyone else.",
    .fix = "Set Cache-Control: no-store on the event stream of every GET, and let no proxy or CDN override it on this "
           "path.",
    .faults = {"sse.cacheable"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_head_no_cache
