#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::http_options_answered {
namespace {

constexpr int kNotImplemented = 501;

/// Without a word of CORS: cors.preflight.open asks as a browser does. A 405 will do, or any other refusal.
Finding run(Probe& probe) {
  constexpr std::chrono::milliseconds kPatience{2000};
  constexpr const char* kExpected = "an answer to OPTIONS";
  constexpr const char* kFix = "Answer OPTIONS at once, by the methods that there are in Allow or by 405.";
  const auto control = probe.call(harmless_method(probe));
  if (!control) { return probe.broken(control.error(), "an answer"); }
  if (!control->is_result()) { return untestable("nothing is answered: " + control->describe()); }
  const auto answer = probe.send(probe.request("OPTIONS", probe.url()), probe.in(kPatience));
  if (!answer) { return probe.broken(answer.error(), kExpected).at("server", kFix); }
  if (answer->is_event_stream() && answer->end == wire::EndClass::open && !probe.out_of_time()) {
    return fail(kExpected, "an event stream that is held open").at("server", kFix);
  }
  if (answer->head.status >= kServerErrors && answer->head.status != kNotImplemented) {
    return fail(kExpected, describe(*answer)).at("server", kFix);
  }
  return pass(fmt::format("HTTP {}", answer->head.status));
}

const Registration kCheck{{
    .id = "http.options.answered",
    .title = "OPTIONS of the endpoint is answered, also where no browser asks",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7",
    .consequence = "Gateways and API tools that ask what an endpoint can do hang on it, or call it broken.",
    .fix = "Route OPTIONS to a handler of its own that answers at once, by 204 with Allow or by 405, before it "
           "falls into the handler of GET or POST.",
    .faults = {"http.options-hangs", "http.options-500", "http.options-streams"},
    .waits = true,
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_options_answered
