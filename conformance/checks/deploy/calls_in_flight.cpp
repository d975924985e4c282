#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_calls_in_flight {
namespace {

using Fate = WatchedCall::Fate;

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  if (seen->era.slow_tool.empty()) {
    return untestable(
        "no safe tool takes long enough to be under way: list a slow one under safe_tools in the profile");
  }
  std::size_t whole = 0, lost = 0;
  const WatchedCall* first = nullptr;
  for (const auto& call : seen->era.calls) {
    if (call.of != WatchedCall::Of::in_flight || call.end_ms < 0) { continue; }
    whole += call.fate == Fate::answered || call.fate == Fate::refused;
    if (call.fate == Fate::cut || call.fate == Fate::silent) {
      ++lost;
      first = first ? first : &call;
    }
  }
  if (first) {
    return fail("a result, or a JSON-RPC error, for every call that was under way",
                fmt::format("{} of {} lost, the first {} after the deploy began: {}",
                            counted(lost, lost + whole, "calls"), seen->era.slow_tool, seconds_text(first->end_ms),
                            first->text))
        .at("server", "On SIGTERM take no new calls, answer those under way, and stop then.");
  }
  if (whole == 0) { return untestable(seen->era.slow_tool + " was not under way at any time of the deploy"); }
  return pass(fmt::format("{} calls of {} were answered", whole, seen->era.slow_tool));
}

const Registration kCheck{{
    .id = "deploy.calls.in-flight",
    .title = "calls that are under way during the deploy are answered",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://github.com/langfuse/langfuse/issues/15100",
    .consequence = "The caller does not know whether the tool has done its work, and does it twice or never.",
    .fix = "On SIGTERM (exec the server, so that it gets it) take no new calls, answer those under way and then exit, "
           "with a stop time-out above the longest call.",
    .faults = {"deploy.in-flight-cut"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.calls.in-flight", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_calls_in_flight
