#include <algorithm>
#include <array>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::lifecycle_capabilities_respected {
namespace {

/// What a server may ask of clients that declared it. Weir declares none of it.
constexpr std::array<std::string_view, 3> kNeedsCapability = {"sampling/createMessage", "elicitation/create",
                                                              "roots/list"};
/// Where servers have a reason to ask something back.
constexpr std::array<std::string_view, 3> kOccasions = {"tools/call", "prompts/get", "resources/read"};

template <std::size_t n>
bool has(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    const auto* request = heard.post ? heard.post->request() : nullptr;
    const bool served = request && heard.message.kind == wire::jsonrpc::Kind::response;
    if (served && has(kOccasions, request->method)) { places.looked(); }
    if (heard.message.kind == wire::jsonrpc::Kind::request && has(kNeedsCapability, heard.message.method)) {
      places.broken(heard.in, heard.message.method);
    }
  }
  return judged(probe, places, "no request that needs a capability which the client does not have",
                "calls, reads and prompts that were served", "nothing was served in which a server asks back");
}

const Registration kCheck{{
    .id = "lifecycle.capabilities.respected",
    .title = "the server asks only what the client said that it can do",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-06-18",
    .requirements = {"lifecycle.negotiated-capabilities-only-strict"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#operation",
    .consequence = "Clients without the capability answer with an error, or not at all, and the call hangs.",
    .faults = {"lifecycle.sampling-unasked"},
    .fixture = "profile",
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_capabilities_respected
