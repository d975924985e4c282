#include "conformance/ask/stateless.hpp"

namespace weir::conformance::caching_scope_same_on_pages {
namespace {

Finding run(Probe& probe) {
  std::map<std::string, std::string> scopes;
  bool several = false;
  bool scoped = false;
  for (const auto& reply : probe.in_time(probe.survey().list_replies)) {
    for (const std::string_view items : {"tools", "prompts", "resources", "resourceTemplates"}) {
      if (!wire::find(reply.result(), items)) { continue; }
      const std::string scope(wire::string_or(reply.result(), "cacheScope", ""));
      scoped = scoped || !scope.empty();
      const auto [first, fresh] = scopes.emplace(items, scope);
      several = several || !fresh;
      if (first->second != scope) {
        return fail(fmt::format("'{}' on every page of {}", first->second, items), fmt::format("'{}'", scope));
      }
    }
  }
  if (!several) { return not_applicable("every list fits one page"); }
  return scoped ? pass("the same on every page") : untestable("no page has a cacheScope");
}

const Registration kCheck{{
    .id = "caching.scope.same-on-pages",
    .title = "all pages of a list have the same cacheScope",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"caching.scope-same-on-all-pages"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "A cache shares half of a list that is private.",
    .fix = "Choose cacheScope once for the whole list and write it on every page of it: private for all as soon as one "
           "entry depends on who asks.",
    .faults = {"caching.scope-per-page"},
    .run = run,
}};
const NotByCommand kNoCommand{"caching.scope.same-on-pages", "it takes several pages, side by side"};

}  // namespace
}  // namespace weir::conformance::caching_scope_same_on_pages
