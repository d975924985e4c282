#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_no_early_requests {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
  if (!dialogue) { return probe.broken(dialogue.error(), "an answer to initialize"); }
  for (const auto& seen : dialogue->opening().messages) {
    if (seen.message.kind == jsonrpc::Kind::request && seen.message.method != "ping") {
      return fail("no request but ping", seen.message.method + " in the answer to initialize");
    }
  }
  auto stream = dialogue->open_get_stream();
  if (!stream) { return untestable("GET gave no stream to watch: " + stream.error().detail); }
  if (!stream->exchange().is_event_stream()) { return not_applicable("the server offers no stream of its own"); }
  const wire::Deadline patience = probe.in(std::chrono::milliseconds(300));
  while (auto event = stream->next_event(patience)) {
    auto parsed = jsonrpc::parse(event->data);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (message.kind == jsonrpc::Kind::request && message.method != "ping") {
        return fail("no request but ping", message.method);
      }
    }
  }
  return pass("no request came in 300 ms");
}

const Registration kCheck{{
    .id = "lifecycle.server-requests.after-initialized",
    .title = "before `initialized` the server sends no request but ping",
    .level = Level::should,
    .eras = kStreamable,
    .requirements = {"lifecycle.server-requests-wait-for-initialized"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#initialization",
    .consequence = "A client that is not ready answers with an error or not at all, and the server waits.",
    .fix = "Start requests to the client in the handler of notifications/initialized, not in that of initialize "
           "nor as the stream opens; until then ping alone.",
    .faults = {"lifecycle.early-request", "lifecycle.early-request-on-post"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_no_early_requests
