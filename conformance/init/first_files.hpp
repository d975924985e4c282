// The texts of a first profile and a first baseline: pure functions of what was seen. Both are YAML, with a comment for
// each key; an endpoint's words stand in quotes or comments, on one line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "conformance/init/first_look.hpp"

namespace weir::conformance {

/// A credential is named by the variable of the environment that holds it.
struct FirstProfile {
  std::string name;
  std::string url;  ///< As it is written: the URL itself, or "${WEIR_URL}".
  std::string era, revision;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Name and variable.
  std::string bearer;                                        ///< Variable; "" for none, as for the key.
  std::string api_key_header, api_key;
  bool call_read_only = false;
  std::string ca_file;
  bool insecure = false;
};
std::string first_profile(const FirstProfile& profile, const FirstLook& look);

/// An entry for each check that fails, era by era, with what was found above it.
std::string first_baseline(const reports::Results& results);

/// What an entry of a first baseline gives as its reason.
inline constexpr std::string_view kFirstReason = "not looked at yet: say why this may fail for now, or mend it";

}  // namespace weir::conformance
