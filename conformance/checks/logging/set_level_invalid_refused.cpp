#include "conformance/ask/control.hpp"

namespace weir::conformance::logging_set_level_invalid_refused {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("logging/setLevel", {{"level", "loud"}});
  if (!reply) { return probe.broken(reply.error(), "error -32602"); }
  if (error_code(*reply) != jsonrpc::kInvalidParams) {
    // Where no level can be set, logging.set-level.accepted says so.
    return where_served(probe, fail("error -32602 for level 'loud'", reply->describe()), "logging/setLevel",
                        {{"level", "info"}});
  }
  return beside_a_call(probe, pass("error -32602"), "logging/setLevel", {{"level", "info"}});
}

const Registration kCheck{{
    .id = "logging.set-level.invalid-refused",
    .title = "a level that does not exist is refused with -32602",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "logging",
    .requirements = {"logging.set-level.invalid"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging",
    .consequence = "A typing error turns the log off in silence.",
    .fix = "Compare the level of logging/setLevel with the eight names before it is stored, and answer any other "
           "by error -32602.",
    .faults = {"logging.any-level-accepted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::logging_set_level_invalid_refused
