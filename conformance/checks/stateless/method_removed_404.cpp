#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_method_removed_404 {
namespace {

Finding run(Probe& probe) {
  for (const char* method : {"ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"}) {
    Finding one = refused_with(probe, modern_request(probe, method), 404, jsonrpc::kMethodNotFound);
    if (one.verdict != reports::Verdict::pass) {
      one.expected += fmt::format(" for {}", method);
      return one;
    }
  }
  return pass("four removed methods, each 404");
}

const Registration kCheck{{
    .id = "stateless.method.removed-404",
    .title = "methods that this revision removed are unknown",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.removed-methods-404"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/changelog",
    .consequence = "A client that finds ping answered takes the server for an older one.",
    .fix = "Take out the handlers of ping, logging/setLevel, resources/subscribe and resources/unsubscribe for this "
           "revision, and answer them by 404 with error -32601.",
    .faults = {"stateless.ping-served"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_method_removed_404
