#include "conformance/checks/cancellation/common.hpp"

namespace weir::conformance::cancellation_late_tolerated {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto first = dialogue->request(harmless_method(probe), nullptr, {.id = "weir-late"});
  if (!first) { return probe.broken(first.error(), "an answer to ping"); }
  return cancel_in_vain(probe, *dialogue, "weir-late");
}

const Registration kCheck{{
    .id = "cancellation.late.tolerated",
    .title = "a cancellation that comes after the answer does no harm",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"cancellation.race-tolerated"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "Cancellations cross with answers on every slow network.",
    .fix = "In the handler of notifications/cancelled return quietly where the request is no longer running: throw "
           "nothing, answer no 5xx and close no session.",
    .faults = {"cancellation.late-kills"},
    .run = run,
}};
const NotByCommand kNoCommand{"cancellation.late.tolerated",
                              "it takes a request after the cancellation, in the same session"};

}  // namespace
}  // namespace weir::conformance::cancellation_late_tolerated
