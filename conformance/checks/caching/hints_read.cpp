#include "conformance/ask/stateless.hpp"

namespace weir::conformance::caching_hints_read {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().resources.empty()) { return untestable("no resources are listed"); }
  auto reply = probe.call("resources/read", {{"uri", wire::string_or(probe.survey().resources.front(), "uri", "")}});
  if (!reply) { return probe.broken(reply.error(), "contents"); }
  if (!reply->is_result() || wire::string_or(reply->result(), "resultType", "complete") != "complete") {
    return untestable("no complete result came: " + reply->describe());
  }
  if (lacks_hints(reply->result())) { return fail("ttlMs and cacheScope", wire::excerpt(reply->result(), 80)); }
  return pass("both are there");
}

const Registration kCheck{{
    .id = "caching.hints.read",
    .title = "resources/read carries ttlMs and cacheScope",
    .level = Level::must,
    .eras = kStateless,
    .capability = "resources",
    .requirements = {"caching.hints.resources-read"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "Typed clients refuse the contents.",
    .fix = "Add ttlMs and cacheScope to every complete result of resources/read: private where the contents depend on "
           "who asks, ttlMs 0 where they change at any time.",
    .faults = {"caching.no-hints-on-read"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::caching_hints_read
