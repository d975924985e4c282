#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_post_after_close {
namespace {

Finding run(Probe& probe) {
  wire::Url url;
  {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation over the stream"); }
    url = *dialogue->post_url();
    const auto before = probe.send(json_post(probe, url, jsonrpc::request("weir-before", "ping")));
    if (!before) { return probe.broken(before.error(), "an answer while the stream is open"); }
    if (!before->ok()) { return untestable("refused while the stream is open: " + describe(*before)); }
    dialogue->stream()->close();
  }
  // The server may learn of the close a moment later than we do, so an early 2xx is asked again, for two seconds at
  // most.
  const wire::Deadline patience = probe.in(std::chrono::seconds(2));
  for (int asked = 1;; ++asked) {
    const auto id = fmt::format("weir-after-{}", asked);
    auto answer = probe.send(json_post(probe, url, jsonrpc::request(json::value(id), "ping")));
    if (!answer) { return probe.broken(answer.error(), "an answer that refuses the closed session"); }
    if (!answer->ok()) { return pass(describe(*answer)); }
    if (patience.passed()) { return left_open(fail("an error status once the stream is closed", describe(*answer))); }
    probe.pause(std::chrono::milliseconds(100));
  }
}

const Registration kCheck{{
    .id = "http-sse.post.after-close",
    .title = "a POST after its stream has closed is refused, and answered",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.close-ends-connection"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "A client whose stream was cut must learn that its session is over, or it waits for replies that "
                   "have nowhere to go.",
    .fix = "Take the session out of the table when its stream closes (the response's close event), and answer a "
           "POST to a session that is gone at once by 404.",
    .faults = {"http-sse.unknown-session-hangs", "http-sse.unknown-session-accepted"},
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.post.after-close", "it takes a stream that was closed"};

}  // namespace
}  // namespace weir::conformance::http_sse_post_after_close
