#include "conformance/ask/control.hpp"

namespace weir::conformance::streamable_method_unsupported {
namespace {

Finding run(Probe& probe) {
  wire::Request request = probe.request("PUT", probe.url());
  request.headers.set("Content-Type", "application/json");
  request.body = "{}";
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "HTTP 405"); }
  if (!refused(*answer) && answer->head.status != 501) {
    return fail("HTTP 405, or another refusal, for PUT", describe(*answer));
  }
  return beside_a_call(probe, pass(fmt::format("HTTP {}", answer->head.status)));
}

const Registration kCheck{{
    .id = "streamable.method.unsupported",
    .title = "a method that the endpoint does not have is refused",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6",
    .consequence = "A 200 for PUT or PATCH hides a proxy or a catch-all route in front of the server.",
    .fix = "Limit the MCP route to POST, GET, DELETE and OPTIONS, and answer other methods 405 with Allow in place of "
           "a catch-all route or a page.",
    .faults = {"streamable.put-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_method_unsupported
