#include "conformance/checks/completion/common.hpp"

namespace weir::conformance {

std::optional<wire::Result<wire::mcp::Reply>> complete_first_argument(Probe& probe) {
  for (const json::value& prompt : probe.survey().prompts) {
    const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
    if (!arguments || arguments->empty()) { continue; }
    return probe.call("completion/complete",
                      {{"ref", {{"type", "ref/prompt"}, {"name", wire::string_or(prompt, "name", "")}}},
                       {"argument", {{"name", wire::string_or(arguments->front(), "name", "")}, {"value", ""}}}});
  }
  return std::nullopt;
}

}  // namespace weir::conformance
