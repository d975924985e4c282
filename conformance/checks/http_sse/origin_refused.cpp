#include "conformance/ask/control.hpp"
#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_origin_refused {
namespace {

Finding run(Probe& probe) {
  wire::Request request = stream_get(probe, probe.url());
  request.headers.set("Origin", kForeignOrigin);
  auto stream = probe.http().open(request, probe.answer_deadline());
  if (!stream) { return probe.broken(stream.error(), "an answer that refuses the foreign origin"); }
  const wire::Exchange& exchange = stream->exchange();
  if (!refused(exchange)) {
    return fail(fmt::format("a 4xx for 'Origin: {}'", kForeignOrigin), fmt::format("HTTP {}", exchange.head.status));
  }
  return beside_a_call(probe, pass(fmt::format("HTTP {}", exchange.head.status)));
}

const Registration kCheck{{
    .id = "http-sse.origin.refused",
    .title = "a connection from a foreign web origin is refused",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.origin-validation"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#security-warning",
    .consequence = "Any web page reaches what is served without a token, through the browser of someone who can (DNS "
                   "rebinding).",
    .fix = "Compare Origin with a list of allowed ones before the stream opens, and answer any other by 403, in "
           "middleware: allowedOrigins of the TypeScript SDK looks at POST alone.",
    .faults = {"http-sse.origin-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_origin_refused
