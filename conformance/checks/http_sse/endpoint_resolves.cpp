#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_endpoint_resolves {
namespace {

Finding run(Probe& probe) {
  auto announced = announced_endpoint(probe);
  if (!announced) { return probe.broken(announced.error(), "an endpoint event"); }
  auto url = wire::resolve(probe.url(), *announced);
  if (!url) { return fail("a URI reference in the endpoint event", wire::excerpt(std::string_view(*announced), 100)); }
  return pass("resolves to " + url->str());
}

const Registration kCheck{{
    .id = "http-sse.endpoint.resolves",
    .title = "the endpoint event carries a URI that resolves against the stream",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.endpoint-event", "transport.sse.endpoint-uri-accepts-posts"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence =
        "Every message of the client goes to this URI; one that does not parse leaves it with nowhere to write.",
    .fix = "Send an endpoint event whose data is a bare URI reference, as `/messages?sessionId=ID`: "
           "percent-encoded, with neither JSON nor quotes around it.",
    .faults = {"http-sse.endpoint-not-a-uri"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_resolves
