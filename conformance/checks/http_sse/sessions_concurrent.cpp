#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_sessions_concurrent {
namespace {

Finding run(Probe& probe) {
  constexpr int kClients = 5;
  std::vector<wire::mcp::Dialogue> clients;
  for (int i = 0; i < kClients; ++i) {
    auto dialogue = probe.dialogue();
    if (!dialogue) {
      return probe.not_opened(dialogue.error(), fmt::format("{} conversations at the same time", kClients));
    }
    clients.push_back(std::move(*dialogue));
  }
  for (int i = 0; i < kClients; ++i) {
    auto reply = clients[i].request(harmless_method(probe), nullptr, {.id = 1000 + i});
    if (!reply) { return probe.broken(reply.error(), fmt::format("a reply to client {} of {}", i + 1, kClients)); }
    if (auto bad = unless_result(*reply, fmt::format("a reply to client {} of {}", i + 1, kClients))) { return *bad; }
  }
  return pass(fmt::format("{} conversations, each answered", kClients));
}

const Registration kCheck{{
    .id = "http-sse.sessions.concurrent",
    .title = "five clients hold a conversation at the same time",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.concurrent-clients"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "A server that serves one stream at a time works on the desk and fails with the second user.",
    .fix = "Make a server and a transport for each stream, kept by session id, and let no open stream hold the "
           "worker, thread or lock that other clients need.",
    .faults = {"http-sse.one-stream-only"},
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.sessions.concurrent", "it takes several streams at once"};

}  // namespace
}  // namespace weir::conformance::http_sse_sessions_concurrent
