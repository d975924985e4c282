#include "conformance/ask/control.hpp"
#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_read_no_empty_contents {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("resources/read", {{"uri", kUnknownUri}});
  if (!reply) { return probe.broken(reply.error(), "an error"); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (serves_unknown(*reply)) { return untestable("the server has contents for any URI"); }
  if (!reply->is_error()) { return fail("an error", reply->describe()); }
  return beside_a_call(probe, pass(reply->describe()), "resources/list");
}

const Registration kCheck{{
    .id = "resources.read.no-empty-contents",
    .title = "a resource that does not exist is an error, not empty contents",
    .level = Level::must,
    .eras = kStateless,
    .capability = "resources",
    .requirements = {"resources.not-found-no-empty-contents"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#error-handling",
    .consequence = "A model takes the emptiness for the content.",
    .fix = "Look the uri up before reading, and answer an unknown one with JSON-RPC error -32602 in place of a result "
           "with empty contents.",
    .faults = {"resources.not-found-empty"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_read_no_empty_contents
