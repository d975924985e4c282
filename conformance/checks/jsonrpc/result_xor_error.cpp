#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  int replies = 0;
  for (const std::string_view method : {harmless_method(probe), kUnknownMethod}) {
    auto reply = probe.call(method);
    if (!reply) { return probe.broken(reply.error(), "a result or an error"); }
    for (const auto& seen : reply->messages) {
      const json::value& raw = seen.message.raw;
      if (!wire::find(raw, "id") || wire::find(raw, "method")) { continue; }
      const bool result = wire::find(raw, "result") != nullptr;
      const bool error = wire::find(raw, "error") != nullptr;
      if (result == error) {
        return fail("either a result or an error", (result ? "both: " : "neither: ") + wire::excerpt(raw, 100));
      }
      ++replies;
    }
  }
  if (replies == 0) { return untestable("the server sent no response"); }
  return pass(fmt::format("{} responses, each with one of the two", replies));
}

const Registration kCheck{{
    .id = "jsonrpc.result.xor-error",
    .title = "a response has a result or an error, and never both",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.result-xor-error"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence =
        "Clients look at one of the two first: the same answer is a success for some and a failure for others.",
    .faults = {"jsonrpc.result-and-error"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
