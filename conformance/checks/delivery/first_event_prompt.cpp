#include "conformance/checks/delivery/common.hpp"

namespace weir::conformance::delivery_first_event_prompt {
namespace {

Finding run(Probe& probe) { return first_event_in_time(probe, ""); }

const Registration kCheck{{
    .id = "delivery.first-event.prompt",
    .title = "the first event of a stream comes in time after its head",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports",
    .consequence = "Something on the way collects bytes: clients see a stream that is open and silent, and give up.",
    .fix = "Write and flush the first event right after the head, and switch off response buffering on the way (nginx: "
           "proxy_buffering off; proxy_http_version 1.1).",
    .faults = {"delivery.first-event-late"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_first_event_prompt
