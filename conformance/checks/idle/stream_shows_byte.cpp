#include "conformance/checks/idle/watch.hpp"

namespace weir::conformance::idle_stream_shows_byte {
namespace {

Finding run(Probe& probe) {
  if (probe.survey().sessions) {
    return not_applicable("the server issues sessions: what happens in them can come down the stream");
  }
  const auto watched = watch_idle_stream(probe);
  if (!watched) { return watched.error(); }
  // Behind a round robin the handshake may have been lost, and the survey with it.
  if (watched->exchange.request.headers.has("mcp-session-id") || probe.survey().open_error) {
    return not_applicable("the stream belongs to a session");
  }
  if (!watched->exchange.body.empty() || watched->ended()) { return pass(watched->describe()); }
  if (probe.out_of_time()) { return untestable("the run ended while the stream was watched"); }
  return fail("HTTP 405, or a stream that shows a byte at once",
              fmt::format("an open stream without a session and without a byte in {:.1f} s", watched->watched_s))
      .at("server", "Answer GET by 405 where no session is issued: such a stream has nothing to bring.");
}

const Registration kCheck{{
    .id = "idle.stream.shows-byte",
    .title = "a GET stream without a session shows a byte, or is refused by 405",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "Clients wait for the first byte of a stream that never brings one, and time out as they connect.",
    .fix = "Answer GET by 405 where the server issues no sessions, or write and flush a comment as soon as its "
           "stream is open.",
    .faults = {"idle.heartbeat-absent"},
    .fixture = "idle-no-sessions",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::idle_stream_shows_byte
