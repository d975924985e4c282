#include "conformance/checks/plain/common.hpp"
#include "conformance/tap/bare_line.hpp"

namespace weir::conformance::plain_data_every_line {
namespace {

std::optional<std::string> problem(const wire::FrontDoorRoute*, const wire::Exchange& exchange) {
  return bare_line(exchange);
}

Finding run(Probe& probe) {
  return judge_plain_streams(probe, {.expected = "data: before each line of data",
                                     .span = short_watch,
                                     .problem = problem,
                                     .fix = "Write each line of a text behind a data: of its own."});
}

const Registration kCheck{{
    .id = "plain.data.every-line",
    .title = "data of several lines has its field name before each of them in plain event streams",
    .level = Level::should,
    .eras = kTarget,
    .source = kEventStreamSource,
    .consequence = "Parsers drop such a line and say nothing: what comes behind the first line end of a text is lost.",
    .fix =
        "Split data at its line ends, and write each line of it behind a data: of its own; or serialize JSON without "
        "line ends.",
    .faults = {"sse.bare-line"},
    .fixture = "plain-stream",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::plain_data_every_line
