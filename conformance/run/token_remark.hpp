// What a token says of itself that explains why it is refused. Decoded, not verified; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/json/json.hpp"

namespace weir::conformance {

/// One clause, or "" where nothing in the token explains it: "the token ran out 90 s ago". `now_s` is since 1970.
std::string why_refused(std::string_view token, double now_s);

struct TokenRemark {
  std::string what;  ///< One clause.
  std::string fix;   ///< One sentence.
};

/// For whom the token is and who issued it, beside what the resource metadata of the target (RFC 9728) asks for;
/// nullopt where one of them does not say.
std::optional<TokenRemark> compare_with_metadata(std::string_view token, const wire::json::value& metadata);

}  // namespace weir::conformance
