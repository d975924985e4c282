#include <set>

#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  const json::value id = "weir-once";
  auto reply = probe.call(harmless_method(probe), nullptr, {.id = id, .linger = std::chrono::milliseconds(150)});
  if (!reply) { return probe.broken(reply.error(), "one response"); }
  int answers = 0;
  std::set<std::string> events;
  for (const auto& seen : reply->messages) {
    if (!seen.message.is_reply() || !seen.message.answers(id)) { continue; }
    // A stream that was resumed may bring an event again, under the id that it had.
    const bool again = seen.event && seen.event->has_id && !events.insert(seen.event->last_event_id).second;
    answers += again && !reply->resumed.empty() ? 0 : 1;
  }
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
