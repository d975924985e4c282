#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_get_stays_open {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }

  auto stream = dialogue->open_get_stream();
  if (!stream) { return probe.broken(stream.error(), "an answer to GET"); }
  const wire::Exchange& exchange = stream->exchange();
  if (!exchange.is_event_stream()) { return not_applicable("the server offers no stream of its own"); }
  // That a stream lives for long is the matter of idle.stream.survives.
  constexpr std::chrono::milliseconds kWhile{1200};
  const bool alone = stream->read_to_end(probe.in(kWhile));
  constexpr std::chrono::milliseconds kBeside{300};
  const auto reply = alone ? wire::Result<wire::mcp::Reply>{} : dialogue->request(harmless_method(probe));
  if (alone || stream->read_to_end(probe.in(kBeside))) {
    return fail("a stream that stays open",
                fmt::format("it ended after {} ms{}: {}",
                            (stream->exchange().timings.end_us - stream->exchange().timings.head_us) / 1000,
                            alone ? "" : ", when its session was asked something", to_string(stream->exchange().end)))
        .at("server",
            "Hold the stream for as long as the session lives, or answer GET by 405 where there is nothing "
            "to say.");
  }
  return pass("still open");
}

const Registration kCheck{{
    .id = "streamable.get.stays-open",
    .title = "a GET stream that was opened stays open",
    .level = Level::may,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "Clients reopen it at once: one GET a second for the life of every session.",
    .fix = "Hold the GET stream open with heartbeats for as long as the session lives, apart from the handling of "
           "POSTs, or answer GET by 405 where nothing is ever sent on it.",
    .faults = {"streamable.get-closes-at-once", "streamable.get-taken-over"},
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_get_stays_open
