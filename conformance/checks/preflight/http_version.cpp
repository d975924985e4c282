#include "conformance/ask/dialogue.hpp"

namespace weir::conformance::preflight_http_version {
namespace {

Finding run(Probe& probe) {
  const auto answers = first_answers(probe);
  if (answers.empty()) { return untestable("no question got an answer"); }
  for (const wire::Exchange* exchange : answers) {
    if (exchange->head.version < 11) {
      probe.pin_request(exchange->request);
      return fail("HTTP/1.1",
                  wire::excerpt(std::string_view(exchange->head.raw).substr(0, exchange->head.raw.find('\r'))));
    }
  }
  return pass("HTTP/1.1");
}

const Registration kCheck{{
    .id = "preflight.http.version",
    .title = "the endpoint speaks HTTP/1.1",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-2.3",
    .consequence =
        "HTTP/1.0 has no chunks and no kept connections: a cut stream looks whole, and each call pays for a handshake.",
    .fix = "Serve HTTP/1.1: replace a development server or proxy that answers HTTP/1.0, or raise its version (in "
           "Python's http.server by protocol_version).",
    .faults = {"http.version-1-0"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::preflight_http_version
