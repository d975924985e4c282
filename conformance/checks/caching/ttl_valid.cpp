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
    if (!wire::find(reply->result(), "ttlMs")) {
      continue;
    }
    const auto ttl = wire::as_integer(wire::find(reply->result(), "ttlMs"));
    if (!ttl || *ttl < 0) {
      return fail("a whole number of milliseconds",
                  fmt::format("{} from {}", wire::excerpt(*wire::find(reply->result(), "ttlMs"), 40), method));
    }
    ++results;
  }
  return results == 0 ? untestable("no result came") : pass(fmt::format("{} results", results));
}

const Registration kCheck{{
    .id = "caching.ttl.valid",
    .title = "ttlMs is an integer that is not negative",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"caching.ttl-non-negative-integer"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "Caches keep the answer for ever, or not at all.",
    .faults = {"caching.ttl-negative"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
