#include <array>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::http_framing_none_on_204 {
namespace {

constexpr int kNoContent = 204;
constexpr std::array kEverywhere = {Era::none, Era::http_sse, Era::streamable, Era::stateless};

Finding run(Probe& probe) {
  Places places;
  for (const Era era : kEverywhere) {
    for (const auto& seen : probe.tap().seen(era)) {
      const wire::Exchange& http = seen->http;
      if (http.head.status != kNoContent || http.request.url.origin() != probe.url().origin()) { continue; }
      places.looked();
      if (const auto coding = http.head.headers.find("Transfer-Encoding")) {
        places.broken(seen, fmt::format("HTTP 204 with Transfer-Encoding: {}", wire::excerpt(*coding, 40)));
      }
    }
  }
  if (places.has_nothing()) { return not_applicable("no answer was 204"); }
  return judged(probe, places, "204 without Transfer-Encoding", "answers without content", "");
}

const Registration kCheck{{
    .id = "http.framing.none-on-204",
    .title = "an answer without content announces no chunks",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-6.1",
    .consequence = "Who trusts the field waits for chunks that never come, or takes the next answer for them.",
    .fix = "Set Transfer-Encoding for answers with a body alone: whatever sets it for each answer, in the server or "
           "in a filter of the gateway, has to leave 204 out.",
    .faults = {"http.chunked-204"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_framing_none_on_204
