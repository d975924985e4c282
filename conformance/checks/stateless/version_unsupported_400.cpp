#include "conformance/ask/control.hpp"
#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_version_unsupported_400 {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover", json::object{}, "1999-01-01");
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "HTTP 400"); }
  if (answer->head.status != 400) { return fail("HTTP 400", describe(*answer)); }
  return beside(probe, modern_request(probe, "server/discover"), pass("HTTP 400"));
}

const Registration kCheck{{
    .id = "stateless.version.unsupported-400",
    .title = "an unsupported version is answered with status 400",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.version.unsupported-400"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/"
              "streamable-http#protocol-version-header",
    .consequence = "Gateways and retries go by the status: a 200 is cached, a 500 is tried again.",
    .fix = "Set HTTP status 400 where the error for an unsupported protocol version is written, in place of 200 or of "
           "the 500 of a catch-all.",
    .faults = {"stateless.errors-with-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_version_unsupported_400
