// What a release asked, pinned by the ids of its checks: a pipeline that names a set is not broken by a check that came
// later. conformance/catalogue/checksets/NAME.txt, an id a line, is part of the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"

namespace weir::conformance {

struct Checkset {
  std::string_view name;  ///< "2026.1"
  std::string_view text;  ///< The file's.
};

/// All that there are, as they were when the program was built.
std::vector<Checkset> checksets();

/// "2026.1, 2026.2"
std::string checkset_names();

std::vector<std::string> ids_of(const Checkset& set);

/// Of these ids those that the set has, or all of them where no set is named. `bad_input` names the sets that there
/// are.
wire::Result<std::vector<std::string>> within_checkset(std::vector<std::string> ids, std::string_view name);

}  // namespace weir::conformance
