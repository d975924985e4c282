#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_head_identity_when_unasked {
namespace {

std::optional<std::string> problem(const SeenStream& stream) {
  const std::string coding = content_coding(stream.exchange);
  return coding.empty() ? std::nullopt : std::optional("Content-Encoding: " + coding);
}

Finding run(Probe& probe) {
  const StreamOptions options{.headers = {{"Accept-Encoding", "identity"}}};
  return judge_streams(probe, options, "no content coding, as the request asks", problem);
}

const Registration kCheck{{
    .id = "sse.head.identity-when-unasked",
    .title = "a client that takes no content coding gets none",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
    .consequence = "Clients that do not decompress, curl -N among them, read garbage.",
    .fix = "Leave text/event-stream out of compression in server, proxy and CDN (nginx: not in gzip_types), or let the "
           "compressor heed Accept-Encoding: identity.",
    .faults = {"sse.gzip-unasked"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_head_identity_when_unasked
