#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_delete_refused {
namespace {

Finding run(Probe& probe) {
  return unless_dual_era(probe, [](Probe& asked) { return refuses_method(asked, "DELETE"); });
}

const Registration kCheck{{
    .id = "stateless.delete.refused",
    .title = "DELETE is answered 405",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"transport.streamable.get-delete-405"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/"
              "streamable-http#earlier-streamable-http-revisions",
    .consequence = "Older clients take another answer for a stream or a session, and wait.",
    .fix = "Answer DELETE of the MCP path with 405 and Allow: POST in the router, before any session code or fallback "
           "page, and let the proxy pass it on.",
    .faults = {"stateless.delete-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_delete_refused
