#include "conformance/ask/stateless.hpp"

namespace weir::conformance::caching_scope_valid {
namespace {

Finding run(Probe& probe) {
  return judge_results(
      probe, [](const std::string& method, const json::value& result, int& looked) -> std::optional<Finding> {
        const json::value* scope = wire::find(result, "cacheScope");
        if (!scope) { return std::nullopt; }
        ++looked;
        if (*scope != json::value("public") && *scope != json::value("private")) {
          return fail("public or private", fmt::format("{} from {}", wire::excerpt(*scope, 40), method));
        }
        return std::nullopt;
      });
}

const Registration kCheck{{
    .id = "caching.scope.valid",
    .title = "cacheScope is public or private",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"caching.scope-values"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "A cache that does not know the word may share what is private.",
    .fix = "Write cacheScope as the text public or private, in small letters, and private wherever a result depends on "
           "who asks.",
    .faults = {"caching.scope-unknown"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::caching_scope_valid
