#include "conformance/ask/stateless.hpp"

namespace weir::conformance::caching_hints_lists {
namespace {

Finding run(Probe& probe) {
  return judge_results(probe,
                       [](const std::string& method, const json::value& result, int& looked) -> std::optional<Finding> {
                         if (method == "server/discover") { return std::nullopt; }
                         ++looked;
                         if (lacks_hints(result)) {
                           return fail("ttlMs and cacheScope in the result of " + method, wire::excerpt(result, 80));
                         }
                         return std::nullopt;
                       });
}

const Registration kCheck{{
    .id = "caching.hints.lists",
    .title = "complete lists carry ttlMs and cacheScope",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"caching.hints.tools-list", "caching.hints.prompts-list", "caching.hints.resources-list",
                     "caching.hints.resources-templates-list"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "Typed clients refuse the list; caches ask again and again.",
    .fix = "Add ttlMs and cacheScope to every complete list of tools, prompts, resources and resource templates, page "
           "by page: ttlMs 0 and private if in doubt.",
    .faults = {"caching.no-hints"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::caching_hints_lists
