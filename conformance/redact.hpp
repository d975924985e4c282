// Secrets leave Weir in no output: each result is redacted when it is made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/http.hpp"
#include "wire/profile.hpp"

namespace weir::conformance {

class Redactor {
 public:
  Redactor() = default;
  explicit Redactor(std::vector<std::string> secrets);
  /// Everything secret of a target: values from the environment, the bearer token, the API key, and whatever stands in
  /// a header that carries credentials.
  Redactor(const wire::Profile& profile, const wire::Headers& headers);

  /// Each occurrence of a secret becomes "[redacted]".
  std::string operator()(std::string_view text) const;
  void apply(std::string& text) const { text = (*this)(text); }

 private:
  std::vector<std::string> secrets_;  ///< Longest first, so that no part of a secret stays.
};

/// Authorization, Cookie, X-API-Key and whatever else is named like a credential.
bool is_credential_header(std::string_view name);

}  // namespace weir::conformance
