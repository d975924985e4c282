#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_head_no_transform {
namespace {

std::optional<std::string> problem(const SeenStream& stream) {
  const std::string coding = content_coding(stream.exchange);
  if (coding.empty() || has_cache_directive(stream.exchange.head.headers, "no-transform")) { return std::nullopt; }
  return fmt::format("Content-Encoding: {} and no such directive", coding);
}

Finding run(Probe& probe) {
  const StreamOptions options{.headers = {{"Accept-Encoding", "gzip, br"}}};
  return judge_streams(probe, options, "Cache-Control: no-transform, or a stream that is not compressed", problem);
}

const Registration kCheck{{
    .id = "sse.head.no-transform",
    .title = "nothing on the way compresses an event stream",
    .level = Level::may,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.6",
    .consequence = "A compressor that fills its block before it sends anything holds events back for minutes; "
                   "Cache-Control: no-transform keeps it away.",
    .fix = "Leave text/event-stream out of compression, and add no-transform to its Cache-Control, which Express's "
           "compression and CDNs heed.",
    .faults = {"sse.gzip-when-accepted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_head_no_transform
