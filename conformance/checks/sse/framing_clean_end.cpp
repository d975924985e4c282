#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_framing_clean_end {
namespace {

std::optional<std::string> problem(const SeenStream& stream) {
  // Where the connection delimits the body its end is no fault: see sse.framing.self-delimited.
  const wire::EndClass end = stream.exchange.end;
  if (end == wire::EndClass::clean || end == wire::EndClass::close_delimited) { return std::nullopt; }
  return fmt::format("the end '{}'", to_string(end));
}

std::optional<std::string> why_unjudgeable(const SeenStream& stream) {
  if (stream.exchange.head.headers.has("Content-Length")) {
    return "its length was told beforehand, which http.length.reached judges";
  }
  return end_unseen(stream);
}

Finding run(Probe& probe) {
  const StreamOptions options{.headers = {}, .calls = true, .unjudgeable = why_unjudgeable};
  return judge_streams(probe, options, "the last chunk", problem);
}

const Registration kCheck{{
    .id = "sse.framing.clean-end",
    .title = "a stream that ends says so in its framing",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-8",
    .consequence = "To the client each call is a connection that broke, and may be made again.",
    .fix = "End the response on every path, errors included, so that the framework writes the last chunk; do not "
           "destroy the socket, and raise a proxy timeout that cuts streams.",
    .faults = {"sse.response-cut"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_framing_clean_end
