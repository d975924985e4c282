#include "conformance/checks/pagination/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  int cursors = 0;
  int pages = 0;
  for (const auto& reply : probe.survey().list_replies) {
    ++pages;
    const json::value* cursor = wire::find(reply.result(), "nextCursor");
    if (!cursor) { continue; }
    const auto text = wire::as_string(cursor);  // It may be empty (2026-07-28 pagination, "Implementation Guidelines").
    if (!text) { return fail("a string nextCursor, or none", wire::excerpt(*cursor, 60)); }
    ++cursors;
  }
  return cursors == 0 ? not_applicable(pages == 0 ? "no lists are declared" : "every list fits one page")
                      : pass(fmt::format("{} cursors on {} pages", cursors, pages));
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
    .faults = {"pagination.cursor-number"},
    .run = run,
}};
const NotByCommand kNoCommand{"pagination.cursor.string", "it is a matter of all lists"};

}  // namespace
}  // namespace weir::conformance
