#include "conformance/ask/control.hpp"
#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_read_not_found {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("resources/read", {{"uri", kUnknownUri}});
  if (!reply) { return probe.broken(reply.error(), "an error"); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (serves_unknown(*reply)) { return untestable("the server has contents for any URI"); }
  if (error_code(*reply) != jsonrpc::kResourceNotFound) {
    return where_served(probe, fail("error -32002", reply->describe()), "resources/list");
  }
  return pass("error -32002");
}

const Registration kCheck{{
    .id = "resources.read.not-found",
    .title = "a resource that does not exist is reported with -32002",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "resources",
    .requirements = {"resources.not-found-32002"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#error-handling",
    .consequence = "A client cannot tell a resource that is gone from a failure of the server.",
    .fix = "Throw a not-found error with code -32002 and the uri in its data from the handler of resources/read, and "
           "let no catch-all turn it into -32603, 0 or empty contents.",
    .faults = {"resources.not-found-internal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_read_not_found
