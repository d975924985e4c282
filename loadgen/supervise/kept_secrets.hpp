// What no output of a run may show, while tokens come and go: those that the user gave, and the tokens of its provider.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"
#include "wire/base/redact.hpp"

namespace weir::loadgen {

/// Of the tokens the newest wire::limits::kIssuedBytes are kept at least, and twice as much at most: a night has a
/// thousand of them, and those of an hour ago open nothing.
class KeptSecrets {
 public:
  KeptSecrets() = default;
  explicit KeptSecrets(std::vector<std::string> given);

  void add_token(std::string_view token);
  const wire::Redactor& redactor() const WEIR_LIFETIME_BOUND { return redactor_; }

 private:
  std::vector<std::string> given_;
  std::deque<std::string> tokens_;
  std::size_t token_bytes_ = 0;
  wire::Redactor redactor_;
};

}  // namespace weir::loadgen
