#include <algorithm>

#include "conformance/ask/held_stream.hpp"

namespace weir::conformance::reconnect_stream_lasts {
namespace {

/// A server may need a moment to see that its peer has gone.
constexpr std::chrono::milliseconds kAtOnce{300};
constexpr std::chrono::milliseconds kStep{50};
constexpr std::chrono::milliseconds kMoment{120};

/// Whether the stream has ended already, without an event: nothing will ever come of it. One that ends behind an event
/// with an id asks to be polled.
bool ends_at_once(Probe& probe, HeldStream& held) {
  auto* stream = held.stream();
  if (!stream) { return false; }
  stream->read_to_end(probe.in(kMoment));
  const auto& items = stream->exchange().items;
  return stream->ended() && std::none_of(items.begin(), items.end(), [](const wire::SseItem& item) {
           return std::holds_alternative<wire::SseEvent>(item);
         });
}

/// Why none that lasts is open again; nullopt where one is, or the session is over.
std::optional<Finding> unless_open_again(Probe& probe, HeldStream& held, std::string_view loss) {
  const auto begin = wire::Clock::now();
  bool opened = false;
  do {
    const auto again = held.reopen(probe);
    if (again.session_over) { return std::nullopt; }
    opened = opened || again.good;
    if (again.good && !ends_at_once(probe, held)) { return std::nullopt; }
    probe.pause(kStep);
  } while (wire::Clock::now() - begin < kAtOnce && !probe.out_of_time());
  if (probe.out_of_time()) { return untestable("the run ended before the stream was open again"); }
  if (!opened) { return untestable("no stream is opened again, which reconnect.stream.reopens says"); }
  return fail(fmt::format("a stream again that stays open, as the first did, after our {}", loss),
              "HTTP 200, and the stream ends at once, without an event")
      .at("server", "Let go of the old stream when its connection closes, and let a new one take its place.");
}

Finding run(Probe& probe) {
  auto held = HeldStream::open(probe);
  if (!held) { return held.error(); }
  if (ends_at_once(probe, *held)) { return not_applicable("a first stream ends at once as well"); }
  for (const Loss loss : {Loss::fin, Loss::rst}) {
    held->lose(loss);
    if (auto finding = unless_open_again(probe, *held, to_string(loss))) { return *std::move(finding); }
  }
  return pass("open again after FIN and RST");
}

const Registration kCheck{{
    .id = "reconnect.stream.lasts",
    .title = "a stream that was opened again stays open as the first did",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "A client that has lost its stream opens one after the other, and hears nothing more of the server.",
    .fix = "Put the new GET stream in the place of the old one in the session's record, and let the old one's close "
           "handler remove its own entry alone.",
    .faults = {"reconnect.stream-ends"},
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.stream.lasts", "it takes a stream that was lost"};

}  // namespace
}  // namespace weir::conformance::reconnect_stream_lasts
