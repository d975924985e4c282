#include "conformance/ask/control.hpp"
#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_post_to_stream_refused {
namespace {

Finding run(Probe& probe) {
  if (probe.target().survey(Era::streamable) || probe.target().survey(Era::stateless)) {
    return not_applicable("the URL answers a newer transport as well");
  }
  auto answer = probe.send(json_post(probe, probe.url(),
                                     jsonrpc::request(1, "initialize",
                                                      {{"protocolVersion", wire::mcp::k2025_11_25},
                                                       {"capabilities", json::object{}},
                                                       {"clientInfo", {{"name", "weir"}, {"version", "1"}}}})));
  if (!answer) { return probe.broken(answer.error(), "a 4xx"); }
  if (!refused(*answer)) { return fail("a 4xx, so that clients fall back to the stream", describe(*answer)); }
  return beside(probe, stream_get(probe, probe.url()), pass(describe(*answer)));
}

const Registration kCheck{{
    .id = "http-sse.post-to-stream.refused",
    .title = "a POST to the URL of the stream is refused with a 4xx",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.compat-detectable"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility",
    .consequence = "Newer clients try a POST first and fall back to this transport only on a 4xx: any other answer "
                   "locks them out.",
    .fix = "Register the stream's path for GET alone, so that POST gets 405, and take it out of catch-all routes "
           "and fallback pages that answer otherwise.",
    .faults = {"http-sse.post-to-stream-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_post_to_stream_refused
