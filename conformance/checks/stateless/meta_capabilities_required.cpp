#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_meta_capabilities_required {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  edit_body(request, [](json::object& message) {
    message["params"].as_object()["_meta"].as_object().erase("io.modelcontextprotocol/clientCapabilities");
  });
  return refused_with(probe, request, 400, jsonrpc::kInvalidParams);
}

const Registration kCheck{{
    .id = "stateless.meta.capabilities-required",
    .title = "a request without clientCapabilities in _meta is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.meta.required-fields", "stateless.meta.required-fields-400"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta",
    .consequence = "The server guesses what the client can do, and asks it for what it cannot.",
    .fix = "Look for io.modelcontextprotocol/clientCapabilities in the _meta of each request, and answer 400 with "
           "error -32602 where it is missing, before the handler runs.",
    .faults = {"stateless.meta-unchecked"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_meta_capabilities_required
