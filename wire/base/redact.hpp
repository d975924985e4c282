// Nothing that Weir writes may hold a credential: reports, transcripts and curl lines pass through here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/secret_search.hpp"

namespace weir::wire {

/// Replaces each secret by `***`, as it is and in every disguise that servers give it by accident; which, and what is
/// not found because it is too short, says secret_search.hpp.
class Redactor {
 public:
  Redactor() = default;
  explicit Redactor(const std::vector<std::string>& secrets);
  /// One more: the value of a header field, with its scheme or without. What Basic credentials say, and the password
  /// in it, are secrets as well.
  void add(std::string_view secret);

  /// For sentences: the secrets, credentials in URLs and in their query parameters.
  std::string text(std::string_view text) const;
  /// For transcripts: also what follows Authorization, Cookie and the like, whoever sent it.
  std::string line(std::string_view text) const;
  /// The same for commands: the quotes and blanks that give them their shape stay, so that what is left can be run.
  std::string command(std::string_view text) const;

 private:
  using Mask = std::vector<bool>;
  Mask mask_secrets(std::string_view text) const;

  SecretSearch search_;
};

}  // namespace weir::wire
