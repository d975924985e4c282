#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_framing_self_delimited {
namespace {

std::optional<std::string> problem(const SeenStream& stream) {
  const bool blurred = stream.exchange.end == wire::EndClass::close_delimited;
  return blurred ? std::optional<std::string>("the end of the connection") : std::nullopt;
}

Finding run(Probe& probe) {
  const StreamOptions options{.headers = {}, .calls = true, .unjudgeable = end_unseen};
  return judge_streams(probe, options, "chunks or a Content-Length that say where the body ends", problem);
}

const Registration kCheck{{
    .id = "sse.framing.self-delimited",
    .title = "the end of a stream can be told from a cut",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-6.3",
    .consequence = "A stream that a crash or a timeout cut looks whole: neither clients nor metrics see what was lost.",
    .fix = "Send the stream with Transfer-Encoding: chunked over HTTP/1.1, in place of ending it by closing the "
           "connection (nginx, to the server: proxy_http_version 1.1).",
    .faults = {"sse.response-close-delimited"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_framing_self_delimited
