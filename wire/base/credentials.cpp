#include "wire/base/credentials.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "wire/base/text.hpp"

namespace weir::wire {

bool is_credential_name(std::string_view name) {
  constexpr std::array<std::string_view, 7> kWords = {"auth",   "cookie",   "key",       "token",
                                                      "secret", "password", "credential"};
  const std::string folded = lower(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

}  // namespace weir::wire
