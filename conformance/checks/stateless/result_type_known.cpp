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
    const std::string_view type = wire::string_or(reply->result(), "resultType", "complete");
    const bool extended = wire::find(probe.survey().capabilities, "extensions") != nullptr;
    if (type != "complete" && type != "input_required" && !extended) {
      return fail("complete or input_required", fmt::format("'{}' from {}", wire::excerpt(type, 40), method));
    }
    ++results;
  }
  return results == 0 ? untestable("no result came") : pass(fmt::format("{} results", results));
}

const Registration kCheck{{
    .id = "stateless.result-type.known",
    .title = "a resultType is complete, input_required, or of an extension",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.result-type.known-values"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#result-responses",
    .consequence = "Clients treat an unknown resultType as an error.",
    .faults = {"stateless.result-type-unknown"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
