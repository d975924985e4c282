#include "conformance/checks/delivery/slow_call.hpp"

namespace weir::conformance::delivery_events_spread_compressed {
namespace {

Finding run(Probe& probe) {
  std::string codings;
  for (const char* accept_encoding : {"gzip", "br"}) {
    const auto slow = call_slow_tool(probe, accept_encoding);
    if (!slow) { return slow.error(); }
    if (auto finding = unless_spread(probe, *slow, fmt::format("with Accept-Encoding: {}", accept_encoding))) {
      return *finding;
    }
    const std::string coding = slow->reply.http.head.headers.joined("content-encoding");
    codings += fmt::format("{}{} gives {}", codings.empty() ? "" : ", ", accept_encoding,
                           coding.empty() ? "no coding" : coding);
  }
  return pass("apart: " + codings);
}

const Registration kCheck{{
    .id = "delivery.events.spread-compressed",
    .title = "events that are sent apart arrive apart at a client that takes compression",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
    .consequence = "Browsers and fetch always take gzip and br: a compressor that is not flushed keeps their events.",
    .fix = "Leave text/event-stream out of compression at server and proxy, or flush the compressor after each event; "
           "where nothing is compressed, switch off response buffering.",
    .faults = {"delivery.gzip-events-together"},
    .fixture = "slow-tool",
    .waits = true,
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_events_spread_compressed
