#include "conformance/checks/plain/common.hpp"

namespace weir::conformance::plain_stream_compressed {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kFlushed{1000};  ///< By so much later than without compression something must have come.

struct Looked {
  std::vector<std::string> seen, silent;
};

Milliseconds since(wire::Clock::time_point begin) {
  return std::chrono::duration_cast<Milliseconds>(wire::Clock::now() - begin);
}

std::optional<wire::HttpStream> open(Probe& probe, const wire::Request& request) {
  auto stream = probe.http().open(request, probe.answer_deadline());
  if (!stream || !stream->exchange().ok() || !stream->exchange().is_event_stream()) { return std::nullopt; }
  return std::optional<wire::HttpStream>(*std::move(stream));
}

bool shows_something(Probe& probe, const wire::Request& request, Milliseconds span) {
  auto stream = open(probe, request);
  return !stream || stream->next_item(probe.in(span)).has_value();
}

/// Both streams are open at a time: what is sent to whoever listens is sent to either. Where the one with compression
/// shows nothing it is asked once more by itself, as a server may serve one stream to each client.
std::optional<std::string> held_back(Probe& probe, const PlainStream& asked, Looked& looked) {
  wire::Request takes_gzip = asked.request;
  takes_gzip.headers.set("Accept-Encoding", "gzip");
  const auto begin = wire::Clock::now();
  auto packed = open(probe, takes_gzip);
  auto plain = open(probe, asked.request);
  if (!packed || !plain || !plain->exchange().head.headers.joined("content-encoding").empty()) { return std::nullopt; }
  if (!plain->next_item(probe.in(short_watch(probe, asked.row)))) {
    looked.silent.push_back(asked.name);
    return std::nullopt;
  }
  const Milliseconds after = since(begin);
  const std::string coding = packed->exchange().head.headers.joined("content-encoding");
  bool shown = packed->next_item(probe.in(kFlushed)).has_value();
  if (!shown && !probe.out_of_time()) {
    packed.reset();
    plain.reset();
    shown = shows_something(probe, takes_gzip, after + kFlushed);
  }
  if (probe.out_of_time()) { return std::nullopt; }
  if (shown) {
    looked.seen.push_back(fmt::format("{} ({})", asked.name, coding.empty() ? "no coding" : coding));
    return std::nullopt;
  }
  probe.pin_request(takes_gzip);
  return fmt::format("with Accept-Encoding: gzip no event came within {:.1f} s, without it after {} ms, in {}",
                     static_cast<double>((after + kFlushed).count()) / 1000, after.count(), asked.name);
}

Finding run(Probe& probe) {
  Looked looked;
  for (const auto& asked : plain_streams(probe)) {
    if (asked.request.headers.has("Accept-Encoding")) { continue; }
    if (auto wrong = held_back(probe, asked, looked)) {
      return fail("the events that come without compression", *std::move(wrong))
          .at("what compresses answers",
              "Leave text/event-stream as it is, or flush the compressor behind each event.");
    }
  }
  if (probe.out_of_time()) { return untestable("the run ended while the streams were watched"); }
  if (!looked.seen.empty()) { return pass(fmt::format("seen in {}", fmt::join(looked.seen, ", "))); }
  if (looked.silent.empty()) { return not_applicable(kNoPlainStream); }
  return untestable(
      fmt::format("nothing came in time, with compression or without it, in {}", fmt::join(looked.silent, ", ")));
}

const Registration kCheck{{
    .id = "plain.stream.compressed",
    .title = "plain event streams reach a client that takes compression",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
    .consequence =
        "Browsers and fetch always take gzip: a compressor that is not flushed gives them a head and then nothing.",
    .fix = "Leave text/event-stream out of compression at server and proxy (Cache-Control: no-transform), or flush the "
           "compressor after each event, from the first on.",
    .faults = {"delivery.gzip-holds-events"},
    .fixture = "plain-stream",
    .waits = true,
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::plain_stream_compressed
