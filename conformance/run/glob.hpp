// Patterns over check ids: "*" stands for any run of characters, "?" for one; everything else for itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"

namespace weir::conformance {

bool glob_match(std::string_view pattern, std::string_view text);

/// The ids that `patterns` select: those that some pattern matches and no "!pattern" excludes; without a positive
/// pattern, all of them. A pattern that matches nothing is `bad_input` and names the nearest id.
wire::Result<std::vector<std::string>> select_ids(const std::vector<std::string>& ids,
                                                  const std::vector<std::string>& patterns);

}  // namespace weir::conformance
