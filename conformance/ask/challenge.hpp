// The challenges of WWW-Authenticate (RFC 9110 section 11.6.1): a list whose items are lists themselves.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir::conformance {

struct Challenge {
  std::string scheme;                             ///< Lower case.
  std::map<std::string, std::string> parameters;  ///< Names in lower case, values without their quotes.
  std::vector<std::string>
      problems;  ///< Where it is not written as RFC 9110 section 11 says, and was read all the same.

  /// The value of a parameter, or "".
  std::string parameter(std::string_view name) const;
};

/// Every challenge of a field value, or of several joined by commas. What cannot be read is passed over.
std::vector<Challenge> parse_challenges(std::string_view value);

/// The first challenge of that scheme (in lower case); nullptr where there is none.
const Challenge* find_challenge(const std::vector<Challenge>& challenges, std::string_view scheme);

}  // namespace weir::conformance
