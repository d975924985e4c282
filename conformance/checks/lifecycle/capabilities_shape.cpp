#include <array>

#include "conformance/ask/common.hpp"

namespace weir::conformance {
namespace {

/// Those that the schema gives a form; a server may add others of its own (schema: ServerCapabilities).
bool is_core(std::string_view name) {
  constexpr std::array kCore = {std::string_view("experimental"), std::string_view("logging"),
                                std::string_view("completions"),  std::string_view("prompts"),
                                std::string_view("resources"),    std::string_view("tools"),
                                std::string_view("tasks"),        std::string_view("extensions")};
  return std::find(kCore.begin(), kCore.end(), name) != kCore.end();
}

Finding run(Probe& probe) {
  if (probe.survey().open_error) {
    return untestable("no conversation can be opened: " + probe.survey().open_error->detail);
  }
  const json::object& capabilities = probe.survey().capabilities;
  for (const auto& [name, value] : capabilities) {
    if (!is_core(name)) { continue; }
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
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
