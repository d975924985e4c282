// The `pattern` keyword: ECMAScript regular expressions in Unicode mode, as ECMA-262 (section 22.2) reads them, run by
// Boost.Regex over code points. The patterns come from an endpoint: a match that runs away stops at the budget.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "wire/base/error.hpp"

namespace weir::wire::schema {

/// What is left of limits::kSchemaSteps in one validation. spend() throws LimitReached when nothing is.
class Budget {
 public:
  explicit Budget(std::uint64_t steps) : left_(steps) {}
  void spend(std::uint64_t steps);

 private:
  std::uint64_t left_;
};

/// Thrown inside the validator only; JsonSchema::validate turns it into limit_exceeded.
struct LimitReached {
  std::string detail;
};

class Pattern {
 public:
  /// `limit_exceeded` for a text over limits::kSchemaPatternBytes, otherwise `bad_input` with what is wrong in it.
  static Result<std::shared_ptr<const Pattern>> compile(std::string_view text);
  virtual ~Pattern() = default;

  /// Whether it matches anywhere in the text, which is UTF-8.
  virtual bool found_in(std::string_view text, Budget& budget) const = 0;
  virtual std::string_view text() const = 0;
};

/// ECMAScript syntax to the Boost.Regex syntax that means the same over code points with CodePointTraits.
Result<std::u32string> translate_pattern(std::string_view ecmascript);

// The names of translate_pattern's character classes are bit masks in hexadecimal: `[:m1f:]`. The low bits are general
// categories, those above are the class escapes of ECMAScript.
inline constexpr std::uint64_t kDigitClass = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kNotDigitClass = std::uint64_t{1} << 33;
inline constexpr std::uint64_t kSpaceClass = std::uint64_t{1} << 34;
inline constexpr std::uint64_t kNotSpaceClass = std::uint64_t{1} << 35;
inline constexpr std::uint64_t kWordClass = std::uint64_t{1} << 36;
inline constexpr std::uint64_t kNotWordClass = std::uint64_t{1} << 37;
inline constexpr std::uint64_t kNotLineEndClass = std::uint64_t{1} << 38;  ///< `.`

std::u32string to_code_points(std::string_view utf8);

}  // namespace weir::wire::schema
