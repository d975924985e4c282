#include "conformance/checks/plain/common.hpp"

namespace weir::conformance::plain_era_none {
namespace {

Finding run(Probe& probe) {
  if (probe.target().profile.era != Era::none) { return not_applicable("the profile does not say `era: none`"); }
  std::vector<std::string> spoken;
  for (const auto& attempt : probe.target().detection.attempts) {
    if (!attempt.speaks) { continue; }
    spoken.emplace_back(to_string(attempt.era));
    probe.note(fmt::format("{}: {}", attempt.question, attempt.why));
    probe.pin_request(attempt.request);
  }
  if (spoken.empty()) { return pass("no era of MCP is spoken"); }
  return fail("no MCP, as the profile says", fmt::format("{} MCP: the profile is stale", fmt::join(spoken, " and ")))
      .at("profile", "Take `era: none` out of the profile, so that MCP is asked for and judged.");
}

const Registration kCheck{{
    .id = "plain.era.none",
    .title = "what the profile calls no MCP endpoint is none",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports",
    .consequence = "An endpoint that speaks MCP since its last deploy is judged as a plain stream, and none of its "
                   "faults is seen.",
    .fix = "Take `era: none` out of the profile, so that MCP is asked for and judged, or take the MCP route out of "
           "the service if none was meant to be there.",
    .faults = {"plain.speaks-mcp"},
    .fixture = "plain",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::plain_era_none
