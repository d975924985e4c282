#include "conformance/checks/prompts/common.hpp"

#include <algorithm>

namespace weir::conformance {

bool needs_arguments(const json::value& prompt) {
  const json::value* listed = wire::find(prompt, "arguments");
  // What is no list cannot be read, which prompts.list.shape says: it may need any.
  if (listed && !listed->is_array() && !listed->is_null()) { return true; }
  const json::array* arguments = wire::as_array(listed);
  return arguments && std::any_of(arguments->begin(), arguments->end(), [](const json::value& argument) {
           const json::value* required = wire::find(argument, "required");
           return required && required->is_bool() && required->get_bool();
         });
}

}  // namespace weir::conformance
