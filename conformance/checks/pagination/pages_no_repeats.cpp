#include <set>

#include "conformance/checks/pagination/common.hpp"

namespace weir::conformance::pagination_pages_no_repeats {
namespace {

Finding run(Probe& probe) {
  std::set<std::string> seen, items_before;
  bool several = false;
  for (const auto& reply : probe.in_time(probe.survey().list_replies)) {
    for (const std::string_view items : {"tools", "prompts", "resources", "resourceTemplates"}) {
      const json::value* page = wire::find(reply.result(), items);
      if (!wire::as_array(page) || page->get_array().empty()) { continue; }
      several = several || wire::find(reply.result(), "nextCursor");
      if (!seen.insert(canonical_without_meta(*page)).second) {
        if (is_endless(probe.survey(), items)) {
          return untestable("a list never ends, which pagination.list.ends says");
        }
        return fail("pages that go on", fmt::format("a page of {} twice", items));
      }
      std::set<std::string> items_here;
      for (const json::value& item : page->get_array()) {
        const auto [place, fresh] = items_here.insert(fmt::format("{} {}", items, canonical_without_meta(item)));
        if (!fresh || !items_before.contains(*place)) { continue; }
        const std::string_view name = wire::string_or(item, "name", wire::string_or(item, "uri", "?"));
        return fail("pages that go on where the one before ended",
                    fmt::format("'{}' stands on two pages of {}", wire::excerpt(name, 60), items))
            .at("server", "Give the list one order for all pages, as by name, and let the cursor name a place in it.");
      }
      items_before.merge(items_here);
    }
  }
  return several ? pass(fmt::format("{} pages", seen.size())) : not_applicable("every list fits one page");
}

const Registration kCheck{{
    .id = "pagination.pages.no-repeats",
    .title = "no page repeats another one, or a part of it",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"pagination.next-cursor"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/pagination",
    .consequence = "The same tools again and again: clients show doubles or never finish.",
    .fix = "Use the cursor of the request: put the list into one order, as by name, and begin each page behind the "
           "last item of the one before.",
    .faults = {"pagination.page-repeats", "pagination.pages-overlap"},
    .run = run,
}};
const NotByCommand kNoCommand{"pagination.pages.no-repeats", "it takes several pages, side by side"};

}  // namespace
}  // namespace weir::conformance::pagination_pages_no_repeats
