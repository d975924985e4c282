#include "conformance/ask/stateless.hpp"

namespace weir::conformance::caching_ttl_valid {
namespace {

Finding run(Probe& probe) {
  return judge_results(
      probe, [](const std::string& method, const json::value& result, int& looked) -> std::optional<Finding> {
        const json::value* ttl = wire::find(result, "ttlMs");
        if (!ttl) { return std::nullopt; }
        ++looked;
        if (wire::as_integer(ttl).value_or(-1) < 0) {
          return fail("a whole number of milliseconds", fmt::format("{} from {}", wire::excerpt(*ttl, 40), method));
        }
        return std::nullopt;
      });
}

const Registration kCheck{{
    .id = "caching.ttl.valid",
    .title = "ttlMs is an integer that is not negative",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"caching.ttl-non-negative-integer"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching",
    .consequence = "Caches keep the answer for ever, or not at all.",
    .fix = "Write ttlMs as a JSON integer of milliseconds, 0 where a result is stale at once, and not as a negative "
           "number, a fraction, a text or null.",
    .faults = {"caching.ttl-negative"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::caching_ttl_valid
