#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  for (const char* method : {"ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"}) {
    auto answer = probe.send(modern_request(probe, method));
    const std::string expected = fmt::format("HTTP 404 with error -32601 for {}", method);
    if (!answer) {
      return probe.broken(answer.error(), expected);
    }
    const auto error = body_error(*answer);
    if (answer->head.status != 404 || !error || error->error.code != jsonrpc::kMethodNotFound) {
      return fail(expected, describe_error(*answer));
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
    .faults = {"stateless.ping-served"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
