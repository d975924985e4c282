#include "conformance/ask/stateless.hpp"

namespace weir::conformance::caching_hints_discover {
namespace {

Finding run(Probe& probe) {
  return judge_results(probe,
                       [](const std::string& method, const json::value& result, int& looked) -> std::optional<Finding> {
                         if (method != "server/discover") { return std::nullopt; }
                         ++looked;
                         if (lacks_hints(result)) {
                           return fail("ttlMs and cacheScope in the result of " + method, wire::excerpt(result, 80));
                         }
                         return std::nullopt;
                       });
}

const Registration kCheck{{
    .id = "caching.hints.discover",
    .title = "server/discover carries ttlMs and cacheScope",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"caching.hints.discover"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "Clients discover again before every call.",
    .fix = "Add ttlMs and cacheScope to the result of server/discover: ttlMs 0 if in doubt, and private where the "
           "result depends on who asks.",
    .faults = {"caching.no-hints-on-discover"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::caching_hints_discover
