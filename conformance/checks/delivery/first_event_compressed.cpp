#include "conformance/checks/delivery/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) { return first_event_in_time(probe, "gzip, br"); }

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
}  // namespace weir::conformance
