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
    if (!wire::as_string(wire::find(reply->result(), "resultType"))) {
      return fail("a string resultType in the result of " + method, wire::excerpt(reply->result(), 80));
    }
    ++results;
  }
  return results == 0 ? untestable("no result came") : pass(fmt::format("{} results", results));
}

const Registration kCheck{{
    .id = "stateless.result-type.present",
    .title = "every result has a resultType",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.result-type.present"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#result-responses",
    .consequence = "Clients cannot tell a result from a request for input.",
    .faults = {"stateless.no-result-type"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
