#include "conformance/ask/common.hpp"

namespace weir::conformance::http_head_answered {
namespace {

/// Any answer will do, a 405 as well: what must not be is that the request is held like a stream.
Finding run(Probe& probe) {
  constexpr std::chrono::milliseconds kPatience{2000};
  auto control = probe.call(harmless_method(probe));
  if (!control) { return probe.broken(control.error(), "an answer"); }
  if (!control->response) { return untestable("nothing is answered: " + control->describe()); }
  const auto answer = probe.send(probe.request("HEAD", probe.url()), probe.in(kPatience));
  if (!answer) {
    return fail("an answer to HEAD", answer.error().detail)
        .at("server", "Answer HEAD at once: with the head of the GET, or 405 where there is none.");
  }
  return pass(fmt::format("HTTP {}", answer->head.status));
}

const Registration kCheck{{
    .id = "http.head.answered",
    .title = "HEAD of the endpoint is answered",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2",
    .consequence =
        "Monitors and link checkers hold a connection, and on Lambda a whole invocation, until it times out.",
    .fix = "Answer HEAD before the handler of GET can open its stream, which many frameworks run for HEAD too: by "
           "the head of that GET, or by 405.",
    .faults = {"http.head-hangs"},
    .waits = true,
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_head_answered
