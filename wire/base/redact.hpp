// Nothing that Weir writes may hold a credential: reports, transcripts and curl lines pass through here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::wire {

/// Replaces each secret by `***`, as it is and as it may have been encoded on its way: percent-encoded, in base64 (also
/// in the middle of it, as Basic credentials are), JSON-escaped (also twice), quoted for a shell, or cut short by
/// "...". A secret of less than four characters is replaced only where it stands as a token of its own, so that "a1"
/// does not tear holes into every word.
class Redactor {
 public:
  Redactor() = default;
  explicit Redactor(const std::vector<std::string>& secrets);

  /// For sentences: the secrets, credentials in URLs and in their query parameters.
  std::string text(std::string_view text) const;
  /// For transcripts and commands: also what follows Authorization, Cookie and the like, whoever sent it.
  std::string line(std::string_view text) const;

 private:
  struct Needle {
    std::string text;
    bool base64 = false;  ///< Hides what the neighbouring characters would tell of it.
    bool token = false;   ///< Only as a token of its own.
  };
  void add(Needle needle);
  std::vector<bool> mask_secrets(std::string_view text) const;

  std::vector<Needle> needles_;
};

}  // namespace weir::wire
