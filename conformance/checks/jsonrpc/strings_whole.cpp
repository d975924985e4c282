#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_strings_whole {
namespace {

Finding run(Probe& probe) {
  const auto seen = seen_by(probe);
  Places places;
  for (const auto& [in, text] : texts_of(seen)) {
    probe.keep_judging();
    const auto parsed = wire::parse_json(text);
    if (!parsed) { continue; }
    places.looked();
    if (parsed->unpaired_surrogates) { places.broken(in, wire::excerpt(text, 100)); }
  }
  return judged(probe, places, "strings of whole characters", "messages", "the server sent no message");
}

const Registration kCheck{{
    .id = "jsonrpc.strings.whole",
    .title = "no string of an answer ends within a character",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-8.2",
    .consequence =
        "Strict parsers drop the whole message for half an emoji, and others fail when they write it as UTF-8.",
    .faults = {"jsonrpc.half-emoji"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_strings_whole
