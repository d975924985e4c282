#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe), nullptr, {.linger = std::chrono::milliseconds(100)});
  if (!reply) { return probe.broken(reply.error(), "an answer"); }
  for (const auto& seen : reply->messages) {
    if (seen.message.method == "notifications/progress") {
      return fail("no progress without a token", wire::excerpt(seen.message.raw, 100));
    }
  }
  return pass("none came");
}

const Registration kCheck{{
    .id = "progress.token.only-active",
    .title = "no progress comes for a request that gave no token",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"progress.only-active-tokens"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "Clients fail on a token that they never gave, or show progress of another call.",
    .faults = {"progress.unasked"},
    .fault_eras = {"http-sse", "streamable"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
