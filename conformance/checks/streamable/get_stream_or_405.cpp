#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_get_stream_or_405 {
namespace {

constexpr int kConflict = 409;
constexpr const char* kExpected = "an event stream or HTTP 405";
constexpr const char* kFlush =
    "Flush the head of the stream at once, with a comment behind it, and let every proxy pass on what it gets (nginx: "
    "proxy_buffering off; others pass the head on with the first byte of the body alone).";

/// Whether it opens a stream in a session of its own once others have closed theirs: those that the checks beside this
/// one hold are Weir's own, and a server may have room for one.
bool opens_alone(Probe& probe) {
  constexpr std::chrono::milliseconds kPatience{4000}, kPause{150};
  const wire::Deadline until = probe.in(kPatience);
  while (!until.passed()) {
    probe.pause(kPause);
    auto dialogue = probe.dialogue();
    if (!dialogue) { return false; }
    const auto stream = dialogue->open_get_stream();
    if (stream && stream->exchange().ok() && stream->exchange().is_event_stream()) { return true; }
    if (!stream || stream->exchange().head.status != kConflict) { return false; }
  }
  return false;
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }

  auto stream = dialogue->open_get_stream();
  if (!stream && stream.error().code == wire::ErrorCode::timeout && !probe.out_of_time()) {
    return fail(kExpected, fmt::format("{}: none at all, or one that waits for a first event", stream.error().detail))
        .at("server, or the proxy before it", kFlush);
  }
  if (!stream) { return probe.broken(stream.error(), "an answer to GET"); }
  const wire::Exchange& exchange = stream->exchange();
  if (exchange.head.status == 405 || (exchange.head.status == 200 && exchange.is_event_stream())) {
    return pass(exchange.head.status == 405 ? "HTTP 405" : "an event stream");
  }
  stream->read_to_end(probe.in(std::chrono::milliseconds(200)));
  if (exchange.head.status == kConflict) {
    const auto asked = probe.last_request();
    if (opens_alone(probe)) { return pass("an event stream, and HTTP 409 while another client holds one"); }
    if (asked) { probe.pin_request(*asked); }
  }
  return fail(kExpected, describe(stream->exchange()));
}

const Registration kCheck{{
    .id = "streamable.get.stream-or-405",
    .title = "GET opens an event stream or is answered 405",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.get-sse-or-405", "transport.streamable.single-endpoint-post-get"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "Clients take any other answer for a broken session and reconnect for ever.",
    .fix = "Answer GET by 405 or by an event stream whose head is flushed at once, and let proxies route it to the "
           "server and buffer nothing (nginx: proxy_buffering off).",
    .faults = {"streamable.get-400", "streamable.get-404", "streamable.get-json", "streamable.get-head-withheld"},
    .explains = {Trouble::withheld_stream},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_get_stream_or_405
