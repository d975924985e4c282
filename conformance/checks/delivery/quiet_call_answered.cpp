#include "conformance/checks/delivery/slow_call.hpp"

namespace weir::conformance::delivery_quiet_call_answered {
namespace {

Finding run(Probe& probe) {
  const auto quiet = call_quietly(probe);
  if (!quiet) { return quiet.error(); }
  if (quiet->answered()) { return pass(fmt::format("{} was answered after {:.2f} s", quiet->tool, quiet->ended_s)); }
  const auto asked = probe.last_request();
  const auto beside = call_slow_tool(probe, "");
  if (!beside || !beside->answered()) {
    return untestable(
        fmt::format("{} is not answered where it tells of its progress either: {}", quiet->tool, quiet->lost));
  }
  if (asked) { probe.pin_request(*asked); }
  return fail(fmt::format("an answer to {}, as where it tells of its progress", quiet->tool), quiet->lost)
      .at("what ends silent responses",
          "Let the server send a comment now and then while a call runs, or raise the "
          "idle time-out of what stands before it.");
}

const Registration kCheck{{
    .id = "delivery.quiet-call.answered",
    .title = "a call that nothing is heard of while it runs is answered",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#responses",
    .consequence = "Most clients ask for no progress: what takes its time is cut before its answer, or never answered.",
    .fix = "Write a comment to the stream of a running call every 15 s, or raise the idle time-outs before it, and "
           "answer the same with and without a progressToken.",
    .faults = {"delivery.quiet-call-cut"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_quiet_call_answered
