#include "conformance/ask/control.hpp"

namespace weir::conformance::logging_set_level_accepted {
namespace {

Finding run(Probe& probe) {
  // `info` last: a server that keeps one level for all its clients is left as most of them begin.
  for (const std::string_view level :
       {"debug", "notice", "warning", "error", "critical", "alert", "emergency", "info"}) {
    auto reply = probe.call("logging/setLevel", {{"level", level}});
    const std::string expected = fmt::format("an empty result for level {}", level);
    if (!reply) { return probe.broken(reply.error(), expected); }
    if (auto bad = unless_empty_result(*reply, expected)) { return *bad; }
  }
  return pass("eight levels accepted");
}

const Registration kCheck{{
    .id = "logging.set-level.accepted",
    .title = "each of the eight levels is accepted",
    .level = Level::must,
    .eras = kSessionEras,
    .capability = "logging",
    .requirements = {"logging.set-level.result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging",
    .consequence = "Operators cannot turn the log up when they need it.",
    .fix = "Accept debug, info, notice, warning, error, critical, alert and emergency in logging/setLevel, map "
           "them to the logger's own, and return `{}`.",
    .faults = {"logging.level-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::logging_set_level_accepted
