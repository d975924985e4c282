// What the checks of pagination share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

struct ListMethod {
  std::string method;  ///< "tools/list"
  std::string items;   ///< "tools"
};

/// The list methods that the server's declared capabilities promise.
std::vector<ListMethod> declared_lists(const Survey& survey);

}  // namespace weir::conformance
