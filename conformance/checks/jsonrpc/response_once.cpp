#include <algorithm>

#include "conformance/checks/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  const json::value id = "weir-once";
  auto reply = probe.call(harmless_method(probe), nullptr, {.id = id, .linger = std::chrono::milliseconds(150)});
  if (!reply) {
    return probe.broken(reply.error(), "one response");
  }
  const auto answers = std::count_if(reply->messages.begin(), reply->messages.end(), [&](const auto& seen) {
    return seen.message.is_reply() && seen.message.answers(id);
  });
  if (answers != 1) {
    return fail("one response",
                answers == 0 ? reply->describe() : fmt::format("{} responses with the same id", answers));
  }
  return pass("one response");
}

const Registration kCheck{{
    .id = "jsonrpc.response.once",
    .title = "a request gets one response",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.jsonrpc.org/specification#response_object",
    .consequence = "A second answer reaches the next request of a client that reuses ids, or ends a strict client.",
    .faults = {"jsonrpc.response-twice"},
    .fault_eras = {"http-sse", "streamable"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
