#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_request_content_type {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "an answer"); }
  const std::string type = wire::media_type(reply->http.head.headers.get("content-type"));
  if (!reply->http.ok()) { return untestable("ping was refused: " + reply->describe()); }
  if (type != "application/json" && type != "text/event-stream") {
    return fail("application/json or text/event-stream", type.empty() ? "no Content-Type" : type);
  }
  return pass(type);
}

const Registration kCheck{{
    .id = "streamable.request.content-type",
    .title = "a request is answered as JSON or as an event stream",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.request-response-content-type"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Clients refuse any other media type.",
    .faults = {"streamable.answer-text-plain"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_request_content_type
