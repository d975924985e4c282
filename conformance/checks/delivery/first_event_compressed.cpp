#include "conformance/checks/delivery/common.hpp"

namespace weir::conformance::delivery_first_event_compressed {
namespace {

constexpr std::chrono::milliseconds kFlushed{2000};

struct Shown {
  std::string coding;
  bool anything = false;
};

/// What comes down the stream of a GET within two seconds; it is listened to where it has a coding, or is to have none.
std::optional<Shown> shown_by_get(Probe& probe, const std::string& accept_encoding) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return std::nullopt; }
  auto stream = dialogue->open_get_stream([&](wire::Request& request) {
    if (!accept_encoding.empty()) { request.headers.set("Accept-Encoding", accept_encoding); }
  });
  if (!stream || !stream->exchange().ok() || !stream->exchange().is_event_stream()) { return std::nullopt; }
  Shown shown{.coding = stream->exchange().head.headers.joined("content-encoding")};
  if (accept_encoding.empty() || !shown.coding.empty()) {
    shown.anything = stream->next_item(probe.in(kFlushed)).has_value();
  }
  return shown;
}

/// A stream without events says nothing of a compressor, but where the same one shows something in the plain.
std::optional<Finding> unless_flushed(Probe& probe) {
  if (!probe.is(Era::streamable)) { return std::nullopt; }
  const auto packed = shown_by_get(probe, "gzip, br");
  if (!packed || packed->coding.empty() || packed->anything) { return std::nullopt; }
  const auto plain = shown_by_get(probe, "");
  if (!plain || !plain->anything || !plain->coding.empty()) { return std::nullopt; }
  return fail(fmt::format("what the GET stream shows without a coding within {} ms", kFlushed.count()),
              fmt::format("nothing of it, Content-Encoding: {}", packed->coding))
      .at("what compresses answers", "Leave text/event-stream as it is, or flush the compressor behind each event.");
}

Finding run(Probe& probe) {
  auto both = first_event_in_time(probe, "gzip, br");
  if (both.verdict != reports::Verdict::pass) { return both; }
  // A compressor that takes either may be right with the one and wrong with the other.
  auto brotli = first_event_in_time(probe, "br");
  brotli.message = brotli.verdict == reports::Verdict::pass
                       ? fmt::format("gzip, br: {}; br: {}", both.message, brotli.message)
                       : "with br alone: " + brotli.message;
  if (brotli.verdict != reports::Verdict::pass) { return brotli; }
  if (auto held = unless_flushed(probe)) { return *held; }
  return brotli;
}

const Registration kCheck{{
    .id = "delivery.first-event.compressed",
    .title = "the first event comes in time to a client that takes compression",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
    .consequence =
        "Browsers and fetch always take gzip: a compressor that is not flushed gives them a head and then nothing.",
    .fix = "Leave text/event-stream out of gzip and br at server and proxy (Cache-Control: no-transform), or flush the "
           "compressor after each event, from the first on.",
    .faults = {"delivery.gzip-holds-events", "delivery.gzip-holds-held"},
    .fixture = "idle",
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_first_event_compressed
