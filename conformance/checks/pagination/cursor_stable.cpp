#include "conformance/checks/pagination/common.hpp"

namespace weir::conformance::pagination_cursor_stable {
namespace {

Finding run(Probe& probe) {
  for (const auto& list : declared_lists(probe.survey())) {
    auto first = probe.call(list.method);
    if (!first) { return probe.broken(first.error(), "a first page"); }
    const auto cursor = wire::as_string(wire::find(first->result(), "nextCursor"));
    if (!cursor) { continue; }
    const json::object params{{"cursor", *cursor}};
    auto once = probe.call(list.method, params);
    auto twice = probe.call(list.method, params);
    if (!once || !twice) { return probe.broken(once ? twice.error() : once.error(), "the same page twice"); }
    if (!once->is_result() || !twice->is_result()) {
      return fail("a page of " + list.method + " for a cursor that was just issued",
                  (once->is_result() ? *twice : *once).describe());
    }
    const auto page = [&](const wire::mcp::Reply& reply) {
      const json::value* items = wire::find(reply.result(), list.items);
      return items ? canonical_without_meta(*items) : reply.describe();
    };
    if (page(*once) != page(*twice)) {
      return fail("the same page of " + list.method + " for the same cursor",
                  wire::excerpt(std::string_view(page(*twice)), 100))
          .at("server", "Give the list one order for all pages, as by name, and let the cursor name a place in it.");
    }
    return pass("the same page of " + list.method + " twice");
  }
  return not_applicable("every list fits one page");
}

const Registration kCheck{{
    .id = "pagination.cursor.stable",
    .title = "the same cursor gives the same page twice",
    .level = Level::should,
    .eras = kAllEras,
    .requirements = {"pagination.stable-cursors"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/pagination",
    .consequence = "A client that repeats a request after a timeout skips items.",
    .fix = "Let the cursor encode a place in a list of one fixed order, as by name, and take it again after its "
           "first use: no iterator, and no token for one use.",
    .faults = {"pagination.cursor-spent"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::pagination_cursor_stable
