#include "conformance/checks/pagination/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  int cursors = 0;
  int pages = 0;
  for (const auto& reply : probe.survey().list_replies) {
    ++pages;
    const json::value* cursor = wire::find(reply.result(), "nextCursor");
    if (!cursor) {
      continue;
    }
    const auto text = wire::as_string(cursor);
    if (!text || text->empty()) {
      return fail("a string nextCursor, or none", wire::excerpt(*cursor, 60));
    }
    ++cursors;
  }
  return pages == 0 ? not_applicable("no lists are declared")
                    : pass(fmt::format("{} cursors on {} pages", cursors, pages));
}

const Registration kCheck{{
    .id = "pagination.cursor.string",
    .title = "nextCursor, where there is one, is a string that is not empty",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"pagination.next-cursor"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/pagination",
    .consequence = "null or an empty cursor reads as another page: clients ask for the first one again.",
    .faults = {"pagination.cursor-empty"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
