#include "conformance/ask/held_stream.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::reconnect_stream_reopens {
namespace {

/// A server may need a moment to see that its peer has gone.
constexpr std::chrono::milliseconds kAtOnce{300};
constexpr std::chrono::milliseconds kStep{50};
constexpr std::chrono::milliseconds kTenth{100};

std::string seconds(std::chrono::milliseconds span) {
  const auto tenths = (span + kTenth / 2) / kTenth;
  return tenths % 10 == 0 ? fmt::format("{} s", tenths / 10) : fmt::format("{}.{} s", tenths / 10, tenths % 10);
}

/// What a harmless request gets in the session of the stream: a stream of a session in which nothing is served is none.
/// Without sessions it tells nothing of the stream.
enum class Served { yes, over, no };
struct Asked {
  Served served = Served::yes;
  std::string text;
};

Asked ask(Probe& probe, HeldStream& held) {
  if (probe.is(Era::stateless)) { return {}; }
  const auto reply =
      held.dialogue().request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
  if (!reply) { return {Served::no, reply.error().detail}; }
  if (reply->is_result()) { return {}; }
  const bool over = probe.is(Era::streamable) && reply->http.head.status == kNotFound;
  return {over ? Served::over : Served::no, reply->describe()};
}

/// At once; then after a fifth of the time of an answer and after all of it (1 s and 5 s), to say how long it lasts.
/// The SDKs come back after 1 s: what is let go by then has refused nobody.
std::optional<std::string> refusal(Probe& probe, HeldStream& held) {
  const auto begin = wire::Clock::now();
  auto first = held.reopen(probe);
  while (!first.good && !first.session_over && wire::Clock::now() - begin < kAtOnce && !probe.out_of_time()) {
    probe.pause(kStep);
    first = held.reopen(probe);
  }
  if (first.good || first.session_over) { return std::nullopt; }
  std::string text = first.text + " at once";
  for (const auto span : {probe.target().answer_timeout / 5, probe.target().answer_timeout}) {
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - begin);
    probe.pause(std::max(span - spent, std::chrono::milliseconds(0)));
    const auto again = held.reopen(probe);
    if (again.good || again.session_over) {
      if (span < probe.target().answer_timeout) { return std::nullopt; }
      return text + fmt::format("; {} after {}", again.good ? "HTTP 200" : "HTTP 404", seconds(span));
    }
    text += fmt::format("; still {} after {}", again.text == first.text ? "so" : again.text, seconds(span));
  }
  return text;
}

Finding run(Probe& probe) {
  auto held = HeldStream::open(probe);
  if (!held) { return held.error(); }
  if (const auto asked = ask(probe, *held); asked.served != Served::yes) {
    return untestable("a request beside the first stream is not served: " + asked.text);
  }
  for (const Loss loss : kLosses) {
    held->lose(loss);
    if (auto refused = refusal(probe, *held)) {
      if (probe.out_of_time()) { return untestable("the run ended before the stream was open again"); }
      return fail(fmt::format("a stream again, or 404, after our {}", to_string(loss)), *refused)
          .at("server", "Let go of the old stream when its connection closes, and let a new one take its place.");
    }
    const auto asked = ask(probe, *held);
    if (probe.out_of_time()) { return untestable("the run ended before the stream was open again"); }
    if (asked.served == Served::over) {
      return pass(
          fmt::format("no stream is refused, but the session is over after our {} (HTTP 404): clients begin anew",
                      to_string(loss)));
    }
    if (asked.served == Served::no) {
      return fail(fmt::format("a stream again, of a session that is served, after our {}", to_string(loss)),
                  "the stream is open again, and a request in its session is not served: " + asked.text)
          .at("server", "Put the new stream into the session that it is asked for, and leave the rest of it alone.");
    }
  }
  return pass("opened again within a second after FIN, RST and half-close, and the session is served");
}

const Registration kCheck{{
    .id = "reconnect.stream.reopens",
    .title = "a stream that we have lost can be opened again within a second",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://github.com/render-oss/render-mcp-server/issues/26",
    .consequence = "After every drop of the network clients are refused until the server notices that they were gone.",
    .fix = "Open the stream again for whoever asks: remove its record as soon as its connection closes, and let a new "
           "request replace a record that is left, in place of a 409.",
    .faults = {"reconnect.stream-refused"},
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.stream.reopens", "it takes a stream that was lost"};

}  // namespace
}  // namespace weir::conformance::reconnect_stream_reopens
