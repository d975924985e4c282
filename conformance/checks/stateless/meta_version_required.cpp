#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_meta_version_required {
namespace {

Finding judge(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  edit_body(request, [](json::object& message) {
    message["params"].as_object()["_meta"].as_object().erase("io.modelcontextprotocol/protocolVersion");
  });
  return refused_with(probe, request, 400, jsonrpc::kInvalidParams);
}

Finding run(Probe& probe) { return unless_dual_era(probe, judge); }

const Registration kCheck{{
    .id = "stateless.meta.version-required",
    .title = "a request without protocolVersion in _meta is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.meta.required-fields", "stateless.meta.required-fields-400"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta",
    .consequence = "A request of unknown revision is answered in words that its sender may not know.",
    .fix = "Look for io.modelcontextprotocol/protocolVersion in the _meta of each request, and answer 400 with error "
           "-32602 where it is missing, whatever the header says.",
    .faults = {"stateless.meta-unchecked"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_meta_version_required
