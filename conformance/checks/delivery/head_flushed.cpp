#include "conformance/checks/delivery/common.hpp"

namespace weir::conformance::delivery_head_flushed {
namespace {

constexpr std::chrono::milliseconds kPrompt{2000};

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto stream = dialogue->open_get_stream();
  if (!stream) { return probe.broken(stream.error(), fmt::format("the head within {} ms", kPrompt.count())); }
  const wire::Exchange& exchange = stream->exchange();
  if (!exchange.is_event_stream()) { return not_applicable("the server offers no stream of its own"); }
  const std::int64_t took_ms = (exchange.timings.head_us - exchange.timings.sent_us) / 1000;
  if (took_ms > kPrompt.count()) {
    return fail(fmt::format("the head within {} ms", kPrompt.count()), fmt::format("it after {} ms", took_ms));
  }
  return pass(fmt::format("{} ms", took_ms));
}

const Registration kCheck{{
    .id = "delivery.head.flushed",
    .title = "the head of the GET stream comes within two seconds, though no event is due",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "Proxies and frameworks hold the head back until the first byte of the body: clients time out "
                   "before the first heartbeat.",
    .fix = "Flush the head as soon as the GET is accepted, and a comment line after it: some proxies keep a head back "
           "until the first byte of the body comes.",
    .faults = {"delivery.head-late"},
    .waits = true,
    .timed = true,
    .explains = {Trouble::withheld_stream},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_head_flushed
