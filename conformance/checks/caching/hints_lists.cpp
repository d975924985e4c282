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
    if (method == "server/discover") {
      continue;
    }
    if (!wire::find(reply->result(), "ttlMs") || !wire::find(reply->result(), "cacheScope")) {
      return fail("ttlMs and cacheScope in the result of " + method, wire::excerpt(reply->result(), 80));
    }
    ++results;
  }
  return results == 0 ? untestable("no result came") : pass(fmt::format("{} results", results));
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
    .faults = {"caching.no-hints"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
