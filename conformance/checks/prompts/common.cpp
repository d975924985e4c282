#include "conformance/checks/prompts/common.hpp"

#include <algorithm>

namespace weir::conformance {

bool needs_arguments(const json::value& prompt) {
  const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
  return arguments && std::any_of(arguments->begin(), arguments->end(), [](const json::value& argument) {
           const json::value* required = wire::find(argument, "required");
           return required && required->is_bool() && required->get_bool();
         });
}

}  // namespace weir::conformance
