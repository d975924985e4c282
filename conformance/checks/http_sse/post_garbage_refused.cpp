#include "conformance/checks/http_sse/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) {
    return probe.broken(dialogue.error(), "a conversation over the stream");
  }
  auto answer = probe.send(json_post(probe, *dialogue->post_url(), "{\"jsonrpc\": \"2.0\", \"id\": 1, "));
  if (!answer) {
    return probe.broken(answer.error(), "an answer that refuses the broken body");
  }
  if (!answer->ok()) {
    return pass(describe(*answer));
  }
  // Accepted is still right when the parse error is reported on the stream.
  for (const auto& seen : dialogue->drain(probe.in(std::chrono::milliseconds(500)))) {
    if (seen.message.kind == jsonrpc::Kind::error) {
      return pass("accepted, and an error came on the stream");
    }
  }
  return fail("an error status, or an error on the stream", describe(*answer));
}

const Registration kCheck{{
    .id = "http-sse.post.garbage-refused",
    .title = "a POST that is not JSON is refused",
    .level = Level::should,
    .eras = kHttpSse,
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence =
        "A message that was cut on the way looks accepted, and its sender waits for a reply that never comes.",
    .faults = {"http-sse.garbage-accepted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
