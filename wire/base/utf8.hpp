// UTF-8 decoding as WHATWG Encoding means it (https://encoding.spec.whatwg.org/#utf-8-decoder): every maximal subpart
// of an ill-formed sequence counts as one error.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::wire {

struct Utf8Step {
  char32_t code_point = 0xFFFD;
  std::size_t length = 1;  ///< Bytes of the code point, or of the maximal subpart that is none.
  bool valid = false;
};

/// Decodes the first code point of `bytes`, which must not be empty.
Utf8Step decode_utf8(std::string_view bytes);

/// The offset of the first byte that is not UTF-8.
std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);

/// Appends `bytes` with every error replaced by U+FFFD.
void append_lossy_utf8(std::string_view bytes, std::string& out);

void append_code_point(std::string& out, char32_t code_point);

}  // namespace weir::wire
