#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_meta_client_info_optional {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  edit_body(request, [](json::object& message) {
    message["params"].as_object()["_meta"].as_object().erase("io.modelcontextprotocol/clientInfo");
  });
  return served(probe, request);
}

const Registration kCheck{{
    .id = "stateless.meta.client-info-optional",
    .title = "a request without clientInfo is served",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.meta.client-info-optional"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta",
    .consequence = "Clients that keep their name to themselves are locked out.",
    .fix =
        "Make io.modelcontextprotocol/clientInfo optional in the schema of _meta, and read it only where it is there.",
    .faults = {"stateless.client-info-required"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_meta_client_info_optional
