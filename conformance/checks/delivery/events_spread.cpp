#include "conformance/checks/delivery/slow_call.hpp"

namespace weir::conformance::delivery_events_spread {
namespace {

Finding run(Probe& probe) {
  const auto slow = call_slow_tool(probe, "");
  if (!slow) { return slow.error(); }
  if (auto finding = unless_spread(probe, *slow, "without Accept-Encoding")) { return *finding; }
  return pass(fmt::format("{} progress notifications from {:.2f} s on, the result after {:.2f} s",
                          slow->progress_s.size(), slow->progress_s.front(), slow->ended_s));
}

const Registration kCheck{{
    .id = "delivery.events.spread",
    .title = "events that are sent apart arrive apart",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering",
    .consequence = "Progress comes with the result: long calls look dead, and clients give them up.",
    .fix = "Flush each event as it is written, and switch off response buffering for event streams (nginx: "
           "proxy_buffering off; proxy_http_version 1.1; or X-Accel-Buffering: no).",
    .faults = {"delivery.events-together"},
    .fixture = "slow-tool",
    .waits = true,
    .timed = true,
    .explains = {Trouble::withheld_stream},  // What collects whole bodies never gives one that does not end.
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_events_spread
