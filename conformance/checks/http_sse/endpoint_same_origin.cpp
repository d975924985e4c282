#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_endpoint_same_origin {
namespace {

Finding run(Probe& probe) {
  auto announced = announced_endpoint(probe);
  if (!announced) { return probe.broken(announced.error(), "an endpoint event"); }
  auto url = wire::resolve(probe.url(), *announced);
  if (!url) {
    return untestable("the endpoint event carries no URI: " + wire::excerpt(std::string_view(*announced), 100));
  }
  if (url->origin() != probe.url().origin()) {
    return fail("a URI on " + probe.url().origin(), url->str())
        .at("server behind a proxy",
            "Announce a path alone, or set the server's public URL: the Host and scheme that arrive are those inside.");
  }
  return pass(url->path + " on the same origin");
}

const Registration kCheck{{
    .id = "http-sse.endpoint.same-origin",
    .title = "the announced URI stays on the origin of the stream",
    .level = Level::should,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "Clients refuse to send credentials elsewhere; an internal host or http:// behind a balancer makes "
                   "the server unusable from outside.",
    .fix = "Announce a path without a host, as `/messages?sessionId=ID`, or build the URI from the configured "
           "public URL, not from the Host and scheme that arrive inside.",
    .faults = {"http-sse.endpoint-foreign-origin"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_same_origin
