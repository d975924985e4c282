#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_bearer_absent_refused {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  return refused_with(probe, request, {401, 403});
}

const Registration kCheck{{
    .id = "auth.bearer.absent-refused",
    .title = "the stream is refused without a token",
    .level = Level::should,
    .eras = kHttpSse,
    .requirements = {"transport.sse.authenticate-connections"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#security-warning",
    .consequence = "The endpoint is open to everyone who finds it.",
    .fix = "Put the token check before the GET that opens the stream, not before the POSTs alone, and answer 401 or "
           "403 where no token comes.",
    .faults = {"auth.bearer-optional"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_absent_refused
