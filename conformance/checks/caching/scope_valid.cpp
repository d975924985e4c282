#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  int results = 0;
  for (const auto& method : listing_methods(probe.survey())) {
    auto reply = probe.call(method);
    if (!reply) {
      return probe.broken(reply.error(), "a result of " + method);
    }
    if (!reply->is_result()) {
      continue;
    }
    if (!wire::find(reply->result(), "cacheScope")) {
      continue;
    }
    const std::string_view scope = wire::string_or(reply->result(), "cacheScope", "");
    if (scope != "public" && scope != "private") {
      return fail("public or private", fmt::format("'{}' from {}", wire::excerpt(scope, 40), method));
    }
    ++results;
  }
  return results == 0 ? untestable("no result came") : pass(fmt::format("{} results", results));
}

const Registration kCheck{{
    .id = "caching.scope.valid",
    .title = "cacheScope is public or private",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"caching.scope-values"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "A cache that does not know the word may share what is private.",
    .faults = {"caching.scope-unknown"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
