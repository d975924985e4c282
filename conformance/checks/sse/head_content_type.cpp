#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_head_content_type {
namespace {

constexpr std::string_view kCharset = "charset=";

std::optional<std::string> problem(const SeenStream& stream) {
  const wire::Headers& headers = stream.exchange.head.headers;
  if (headers.count("content-type") != 1) {
    return fmt::format("{} Content-Type fields", headers.count("content-type"));
  }
  const std::string_view type = headers.get("content-type");
  const auto at = std::search(type.begin(), type.end(), kCharset.begin(), kCharset.end(),
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  if (at == type.end()) { return std::nullopt; }
  std::string charset(at + kCharset.size(), type.end());
  charset = wire::media_type(charset);  // Lower case, up to the next parameter.
  std::erase(charset, '"');
  return charset == "utf-8" ? std::nullopt : std::optional("Content-Type: " + std::string(type));
}

Finding run(Probe& probe) {
  return judge_streams(probe, {}, "Content-Type: text/event-stream, with charset utf-8 or none", problem);
}

const Registration kCheck{{
    .id = "sse.head.content-type",
    .title = "the head of an event stream says text/event-stream, in UTF-8",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://html.spec.whatwg.org/multipage/iana.html#text/event-stream",
    .consequence = "EventSource and SDKs refuse the stream, or decode its text wrongly.",
    .fix = "Set Content-Type: text/event-stream once, in the handler or the middleware and not in both, with "
           "charset=utf-8 or without a charset.",
    .faults = {"sse.charset-latin1", "sse.content-type-twice"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_head_content_type
