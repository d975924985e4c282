#include "conformance/ask/shapes.hpp"

namespace weir::conformance::pagination_cursor_string {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "pagination.cursor.string",
                      {.expected = "a string nextCursor, or none",
                       .looked_at = "cursors",
                       .nothing = "every list fits one page",
                       .is_optional = true});
}

const Registration kCheck{{
    .id = "pagination.cursor.string",
    .title = "nextCursor, where there is one, is a string",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"pagination.next-cursor"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/pagination",
    .consequence =
        "Typed clients refuse the page; others ask for the next one with a cursor that the server never meant.",
    .fix = "Write nextCursor as a string, also where it stands for a number, and leave it out of the last page "
           "instead of sending null.",
    .faults = {"pagination.cursor-number", "pagination.cursor-null"},
    .passive = true,
    .run = run,
}};
const NotByCommand kNoCommand{"pagination.cursor.string", "it is a matter of all lists"};

}  // namespace
}  // namespace weir::conformance::pagination_cursor_string
