#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_sessions_no_cross_talk {
namespace {

Finding run(Probe& probe) {
  auto one = probe.dialogue();
  auto two = probe.dialogue();
  if (!one || !two) { return probe.broken(one ? two.error() : one.error(), "two conversations at the same time"); }
  // The same id on both, with answers that cannot be mistaken: a result on one, an error on the other.
  const json::value id = "weir-same-id";
  auto good = one->request(harmless_method(probe), nullptr, {.id = id, .linger = std::chrono::milliseconds(100)});
  auto bad = two->request("weir/unknown-method", nullptr, {.id = id, .linger = std::chrono::milliseconds(100)});
  if (!good || !bad) { return probe.broken(good ? bad.error() : good.error(), "a reply on each stream"); }
  // Whatever else comes on a stream is not this check's: the other client's answer is known by its id and its content.
  for (const auto& seen : one->drain(probe.in(std::chrono::milliseconds(100)))) {
    if (seen.message.kind == jsonrpc::Kind::error && seen.message.answers(id)) {
      return fail("the result of ping alone on the first stream", "also " + wire::excerpt(seen.message.raw, 100));
    }
  }
  if (error_code(*good) == jsonrpc::kMethodNotFound) {
    return fail("the result of ping on the first stream", good->describe());
  }
  if (bad->is_result()) { return fail("the error for an unknown method on the second stream", bad->describe()); }
  if (!good->is_result() || !bad->is_error()) {
    return untestable("not both were answered: " + good->describe() + "; " + bad->describe());
  }
  return pass("each stream got the reply of its own request");
}

const Registration kCheck{{
    .id = "http-sse.sessions.no-cross-talk",
    .title = "two clients that use the same ids each get their own replies",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.concurrent-clients"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "One client reads another client's tool results.",
    .fix = "Keep pending requests by session and id, not by id alone, and write each reply to the stream of the "
           "session that its POST named.",
    .faults = {"http-sse.cross-talk"},
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.sessions.no-cross-talk", "it takes two streams at once"};

}  // namespace
}  // namespace weir::conformance::http_sse_sessions_no_cross_talk
