#include "conformance/checks/sse/common.hpp"
#include "conformance/tap/bare_line.hpp"

namespace weir::conformance::sse_data_every_line {
namespace {

Finding run(Probe& probe) {
  return judge_streams(probe, {.headers = {}, .calls = true}, "data: before each line of data",
                       [](const SeenStream& stream) { return bare_line(stream.exchange); });
}

const Registration kCheck{{
    .id = "sse.data.every-line",
    .title = "data of several lines has its field name before each of them",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    .consequence = "Parsers drop such a line and say nothing: what comes behind the first line end of a text is lost.",
    .fix =
        "Split data at its line ends, and write each line of it behind a data: of its own; or serialize JSON without "
        "line ends.",
    .faults = {"sse.bare-line"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_data_every_line
