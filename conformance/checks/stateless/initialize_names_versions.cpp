#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_initialize_names_versions {
namespace {

Finding run(Probe& probe) {
  if (probe.target().survey(Era::streamable)) { return not_applicable("the URL serves older revisions as well"); }
  auto answer = probe.send(older_initialize(probe));
  if (!answer) { return probe.broken(answer.error(), "an error"); }
  if (answer->ok() && !body_error(*answer)) { return not_applicable("the URL serves older revisions as well"); }
  const auto error = body_error(*answer);
  if (!error || json::serialize(error->raw).find(wire::mcp::k2026_07_28) == std::string::npos) {
    return fail("a JSON-RPC error with 2026-07-28", describe(*answer));
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
    .fix = "Give initialize a branch of its own before the check of _meta, and answer it with a JSON-RPC error whose "
           "data or message names the supported versions.",
    .faults = {"stateless.initialize-error-silent"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_initialize_names_versions
