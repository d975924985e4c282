#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_framing_known_fields {
namespace {

Finding run(Probe& probe) {
  return judge_oddity(probe, wire::SseOddityKind::unknown_field, "no field but data, event, id and retry");
}

const Registration kCheck{{
    .id = "sse.framing.known-fields",
    .title = "event streams have the fields of the standard only",
    .level = Level::may,
    .eras = kAllEras,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    .consequence = "Parsers drop such a line, as the standard says; where it is the second line of a message whose "
                   "newline was not "
                   "escaped, the message is cut.",
    .fix = "Serialize a message without raw newlines, or begin each of its lines with data:, and write notes as "
           "comment lines that begin with a colon.",
    .faults = {"sse.unknown-field"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_framing_known_fields
