#include "conformance/checks/delivery/common.hpp"

namespace weir::conformance::delivery_first_event_compressed {
namespace {

Finding run(Probe& probe) {
  auto both = first_event_in_time(probe, "gzip, br");
  if (both.verdict != reports::Verdict::pass) { return both; }
  // A compressor that takes either may be right with the one and wrong with the other.
  auto brotli = first_event_in_time(probe, "br");
  brotli.message = brotli.verdict == reports::Verdict::pass
                       ? fmt::format("gzip, br: {}; br: {}", both.message, brotli.message)
                       : "with br alone: " + brotli.message;
  return brotli;
}

const Registration kCheck{{
    .id = "delivery.first-event.compressed",
    .title = "the first event comes in time to a client that takes compression",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
    .consequence =
        "Browsers and fetch always take gzip: a compressor that is not flushed gives them a head and then nothing.",
    .faults = {"delivery.gzip-holds-events"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_first_event_compressed
