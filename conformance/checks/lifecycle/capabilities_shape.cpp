#include "conformance/checks/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  const json::object& capabilities = probe.survey().capabilities;
  for (const auto& [name, value] : capabilities) {
    if (!value.is_object()) {
      return fail(fmt::format("an object for the capability {}", std::string_view(name)), wire::excerpt(value, 60));
    }
    for (const std::string_view flag : {"listChanged", "subscribe"}) {
      const json::value* set = wire::find(value, flag);
      if (set && !set->is_bool()) {
        return fail(fmt::format("a boolean {}.{}", std::string_view(name), flag), wire::excerpt(*set, 60));
      }
    }
  }
  return pass(fmt::format("{} capabilities", capabilities.size()));
}

const Registration kCheck{{
    .id = "lifecycle.capabilities.shape",
    .title = "each capability is an object, its flags are booleans",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#capability-negotiation",
    .consequence = "Typed clients refuse the handshake when a capability is true instead of an object.",
    .faults = {"lifecycle.capability-boolean"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
