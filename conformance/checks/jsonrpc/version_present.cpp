#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  int seen_messages = 0;
  for (const std::string_view method : {harmless_method(probe), kUnknownMethod}) {
    auto reply = probe.call(method);
    if (!reply) { return probe.broken(reply.error(), "a JSON-RPC 2.0 message"); }
    for (const auto& seen : reply->messages) {
      if (wire::string_or(seen.message.raw, "jsonrpc", "") != "2.0") {
        return fail("\"jsonrpc\": \"2.0\" in every message", wire::excerpt(seen.message.raw, 100));
      }
      ++seen_messages;
    }
  }
  if (seen_messages == 0) { return untestable("the server sent no message"); }
  return pass(fmt::format("{} messages, all of them 2.0", seen_messages));
}

const Registration kCheck{{
    .id = "jsonrpc.version.present",
    .title = "every message of the server says jsonrpc \"2.0\"",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.version-member"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Strict clients drop a message without it, and the call seems lost.",
    .faults = {"jsonrpc.version-missing"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
