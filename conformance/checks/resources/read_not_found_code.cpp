#include "conformance/ask/control.hpp"
#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_read_not_found_code {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("resources/read", {{"uri", kUnknownUri}});
  if (!reply) { return probe.broken(reply.error(), "an error"); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (serves_unknown(*reply)) { return untestable("the server has contents for any URI"); }
  if (error_code(*reply) != jsonrpc::kInvalidParams) { return fail("error -32602", reply->describe()); }
  return beside_a_call(probe, pass("error -32602"), "resources/list");
}

const Registration kCheck{{
    .id = "resources.read.not-found-code",
    .title = "a resource that does not exist is reported with -32602",
    .level = Level::must,
    .eras = kStateless,
    .capability = "resources",
    .requirements = {"resources.not-found-32602"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#error-handling",
    .consequence = "A client cannot tell a resource that is gone from a failure of the server.",
    .fix = "Answer resources/read of an unknown uri with error -32602 in this revision, and let no catch-all turn it "
           "into -32603 or the older -32002.",
    .faults = {"resources.not-found-internal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_read_not_found_code
