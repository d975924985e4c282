#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_stream_silent_client_kept {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation over the stream"); }
  // How long an idle stream lives, and whether it is alive then, is the matter of idle.stream.survives.
  constexpr std::chrono::milliseconds kSilence{2000};
  dialogue->drain(probe.in(kSilence));
  if (dialogue->stream()->ended()) {
    return fail("a stream that stays open", "it ended: " + std::string(to_string(dialogue->stream()->exchange().end)));
  }
  auto reply = dialogue->request(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "a reply after the silence"); }
  if (auto bad = unless_result(*reply, "a reply after the silence")) { return *bad; }
  return pass("still open, and still answering");
}

const Registration kCheck{{
    .id = "http-sse.stream.silent-client-kept",
    .title = "a client that stays silent for two seconds keeps its stream",
    .level = Level::should,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "Clients are silent for minutes between calls; a stream that ends meanwhile loses the session.",
    .fix = "Raise the idle and read timeouts of server and proxies to minutes for this path, write comments as a "
           "heartbeat, and end no session because its client is silent.",
    .faults = {"http-sse.silent-cut"},
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.stream.silent-client-kept",
                              "it comes only after the client has been silent for long"};

}  // namespace
}  // namespace weir::conformance::http_sse_stream_silent_client_kept
