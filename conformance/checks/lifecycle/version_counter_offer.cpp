#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_version_counter_offer {
namespace {

Finding run(Probe& probe) {
  constexpr std::string_view kFuture = "2099-01-01";
  auto dialogue = probe.dialogue([&](auto& options) {
    options.revision = kFuture;
    options.send_initialized = false;
  });
  const std::string expected = "a result that names a revision which exists";
  if (!dialogue) { return probe.not_opened(dialogue.error(), expected); }
  const std::string_view offered = wire::string_or(dialogue->opening().result(), "protocolVersion", "");
  // A revision that is newer than Weir may well exist.
  const bool newer =
      wire::mcp::is_revision_date(offered) && offered > wire::mcp::kRevisions.back() && offered != kFuture;
  if (!wire::mcp::is_known_revision(offered) && !newer) {
    return fail(expected, fmt::format("'{}' for {}", offered, kFuture));
  }
  return pass(fmt::format("offers {}", offered));
}

const Registration kCheck{{
    .id = "lifecycle.version.counter-offer",
    .title = "an unknown revision is answered with one that the server supports",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.version-counter"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#version-negotiation",
    .consequence = "A client that is newer than the server cannot connect at all, where it could have stepped back.",
    .faults = {"lifecycle.version-parrot", "lifecycle.unknown-version-error"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_version_counter_offer
