#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_members_no_duplicates {
namespace {

Finding run(Probe& probe) {
  const auto seen = seen_by(probe);
  Places places;
  for (const auto& [in, text] : texts_of(seen)) {
    probe.keep_judging();
    const auto parsed = wire::parse_json(text);
    if (!parsed) { continue; }
    places.looked();
    if (!parsed->duplicate_keys.empty()) {
      places.broken(in, fmt::format("{} twice in {}", parsed->duplicate_keys.front(), wire::excerpt(text, 100)));
    }
  }
  return judged(probe, places, "unique member names", "messages", "the server sent no message");
}

const Registration kCheck{{
    .id = "jsonrpc.members.no-duplicates",
    .title = "no object in an answer names a member twice",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-4",
    .consequence = "Parsers keep the first or the last of the two, as they please: two clients read two answers.",
    .fix = "Build each object as a map and serialize it once, instead of pasting members into finished JSON text, "
           "as wrappers and gateways do with id or _meta.",
    .faults = {"jsonrpc.duplicate-member"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_members_no_duplicates
