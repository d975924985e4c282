#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  const json::object params{{"protocolVersion", wire::mcp::k2025_11_25},
                            {"capabilities", json::object{}},
                            {"clientInfo", {{"name", "weir"}, {"version", "1"}}}};
  auto answer = probe.send(json_post(probe, probe.url(), jsonrpc::request("weir-old", "initialize", params)));
  if (!answer) {
    return probe.broken(answer.error(), "an error");
  }
  if (answer->ok() && !body_error(*answer)) {
    return not_applicable("the URL serves sessions of older revisions as well");
  }
  if (answer->body.find(wire::mcp::k2026_07_28) == std::string::npos) {
    return fail("2026-07-28 in the error", describe(*answer));
  }
  return pass("the error names 2026-07-28");
}

const Registration kCheck{{
    .id = "stateless.initialize.names-versions",
    .title = "initialize is refused with an error that names the supported versions",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"stateless.initialize-error-names-versions"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/"
              "versioning#backward-compatibility-with-initialization-based-versions",
    .consequence = "The user of an older client sees an error that does not say what to do.",
    .faults = {"stateless.initialize-error-silent"},
    .green_may_be = "serves sessions of older revisions",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
