#include "conformance/ask/control.hpp"
#include "conformance/ask/initialize.hpp"

namespace weir::conformance::streamable_origin_refused {
namespace {

Finding run(Probe& probe) {
  wire::Request request = initialize_request(probe);
  request.headers.set("Origin", kForeignOrigin);
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "a refusal"); }
  if (!refused(*answer)) { return not_refused(probe, fmt::format("a 4xx for 'Origin: {}'", kForeignOrigin), *answer); }
  return beside_a_call(probe, pass(fmt::format("HTTP {}", answer->head.status)));
}

const Registration kCheck{{
    .id = "streamable.origin.refused",
    .title = "a request from a foreign web origin is refused",
    .level = Level::must,
    .eras = kStreamable,
    .until = "2025-06-18",
    .requirements = {"transport.streamable.origin-validation"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#security-warning",
    .consequence = "Any web page reaches what is served without a token, through the browser of someone who can (DNS "
                   "rebinding).",
    .fix = "Compare an Origin header whole with a list of allowed origins before the message is handled, and answer "
           "any other 403 (SDKs: DNS rebinding protection).",
    .faults = {"streamable.origin-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_origin_refused
