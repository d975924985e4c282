#include <algorithm>

#include "conformance/ask/tools.hpp"
#include "conformance/checks/sizes/common.hpp"
#include "wire/target/edge_sign.hpp"

namespace weir::conformance::sizes_slow_call_below_ceiling {
namespace {

/// The shortest time that an edge gives to a whole answer, unless it streams.
constexpr std::chrono::milliseconds kCeiling{29'000};

bool has_ceiling(std::string_view edge) { return edge.starts_with("api-gateway"); }

Finding run(Probe& probe) {
  std::chrono::milliseconds longest{0};
  std::string which;
  for (const ToolCall& call : safe_calls(probe)) {
    const auto reply = probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    if (!reply) { continue; }
    const auto sign = wire::edge_sign(reply->http);
    if (!reply->response && sign && sign->kind == wire::EdgeSign::Kind::timeout) {
      return fail(fmt::format("the result of {}", call.name),
                  fmt::format("{} after {} ms: {}", describe(reply->http), reply->waited.count(), sign->meaning))
          .at(std::string(sign->hop), std::string(sign->fix));
    }
    if (reply->waited >= longest) {
      longest = reply->waited;
      which = call.name;
    }
  }
  if (which.empty()) { return untestable("no safe tool was called"); }
  const auto close = std::chrono::duration_cast<std::chrono::milliseconds>(kCeiling * kCloseToLimit);
  if (has_ceiling(probe.target().profile.edge.value_or("")) && longest > close) {
    return fail(fmt::format("less than {} ms, since API Gateway ends a call after 29 s", close.count()),
                fmt::format("{} ms for {}", longest.count(), which))
        .at("API Gateway", "Hand long work to a task and let clients ask for it, or raise the integration timeout.");
  }
  return pass(fmt::format("{} took {} ms", which, longest.count()));
}

const Registration kCheck{{
    .id = "sizes.slow-call.below-ceiling",
    .title = "the safe tools answer before the edge gives up on them",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    .consequence = "The function works on and is billed, while the caller gets 504 and calls again.",
    .fix = "Hand long work to a task whose result clients ask for later, or raise the timeout of the edge (API "
           "Gateway: integration timeout; nginx: proxy_read_timeout).",
    .faults = {"sizes.call-504-api-gateway", "sizes.call-504-nginx"},
    .fixture = "profile",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sizes_slow_call_below_ceiling
