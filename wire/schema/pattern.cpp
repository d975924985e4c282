#include "wire/schema/pattern.hpp"

#include <fmt/format.h>

#include <boost/regex.hpp>
#include <iterator>
#include <locale>
#include <stdexcept>

#include "wire/base/limits.hpp"
#include "wire/base/unicode_category.hpp"
#include "wire/json/json.hpp"

namespace weir::wire::schema {
namespace {

bool is_es_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_es_word(char32_t c) { return is_es_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
// WhiteSpace and LineTerminator of ECMA-262 sections 12.2 and 12.3.
bool is_es_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}
bool is_es_line_end(char32_t c) { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }

/// The traits that Boost.Regex asks for, over code points and without a locale.
struct CodePointTraits {
  using char_type = char32_t;
  using size_type = std::size_t;
  using string_type = std::u32string;
  using locale_type = std::locale;
  using char_class_type = std::uint64_t;

  static size_type length(const char_type* text) { return std::char_traits<char32_t>::length(text); }
  char_type translate(char_type c) const { return c; }
  char_type translate_nocase(char_type c) const { return c; }
  string_type transform(const char_type* first, const char_type* last) const { return {first, last}; }
  string_type transform_primary(const char_type* first, const char_type* last) const { return {first, last}; }
  string_type lookup_collatename(const char_type* first, const char_type* last) const { return {first, last}; }

  char_class_type lookup_classname(const char_type* first, const char_type* last) const {
    if (first == last) { return 0; }
    // Boost.Regex asks for its own five: \b needs the words, the others serve options that are never set.
    if (*first == U'w') { return kWordClass; }
    if (*first != U'm') { return kSpaceClass; }
    char_class_type mask = 0;
    for (++first; first != last; ++first) { mask = mask * 16 + static_cast<char_class_type>(value(*first, 16)); }
    return mask;
  }

  bool isctype(char_type c, char_class_type mask) const {
    if ((mask & kDigitClass) != 0 && is_es_digit(c)) { return true; }
    if ((mask & kNotDigitClass) != 0 && !is_es_digit(c)) { return true; }
    if ((mask & kSpaceClass) != 0 && is_es_space(c)) { return true; }
    if ((mask & kNotSpaceClass) != 0 && !is_es_space(c)) { return true; }
    if ((mask & kWordClass) != 0 && is_es_word(c)) { return true; }
    if ((mask & kNotWordClass) != 0 && !is_es_word(c)) { return true; }
    if ((mask & kNotLineEndClass) != 0 && !is_es_line_end(c)) { return true; }
    return (mask & kAnyCategory) != 0 && (mask & category_of(c)) != 0;
  }

  int value(char_type c, int radix) const {
    int digit = -1;
    if (is_es_digit(c)) { digit = static_cast<int>(c - U'0'); }
    if (c >= U'a' && c <= U'f') { digit = static_cast<int>(c - U'a') + 10; }
    return digit < radix ? digit : -1;
  }

  locale_type imbue(const locale_type& locale) { return locale; }
  locale_type getloc() const { return std::locale::classic(); }
};

/// A position in the text that charges the budget for every look and step, because the state count at which
/// Boost.Regex itself gives up grows with the square of the pattern and takes hours to reach.
class MeteredPosition {
 public:
  using iterator_category = std::bidirectional_iterator_tag;
  using value_type = char32_t;
  using difference_type = std::ptrdiff_t;
  using pointer = const char32_t*;
  using reference = const char32_t&;

  MeteredPosition() = default;
  MeteredPosition(const char32_t* at, Budget* budget, std::uint64_t cost) : at_(at), budget_(budget), cost_(cost) {}
  MeteredPosition(const MeteredPosition& other) : at_(other.at_), budget_(other.budget_), cost_(other.cost_) {
    charge();
  }
  MeteredPosition& operator=(const MeteredPosition&) = default;
  ~MeteredPosition() = default;

  reference operator*() const {
    charge();
    return *at_;
  }
  MeteredPosition& operator++() {
    ++at_;
    return *this;
  }
  MeteredPosition& operator--() {
    --at_;
    return *this;
  }
  MeteredPosition operator++(int) {
    const MeteredPosition before = *this;
    ++at_;
    return before;
  }
  MeteredPosition operator--(int) {
    const MeteredPosition before = *this;
    --at_;
    return before;
  }
  friend bool operator==(const MeteredPosition& a, const MeteredPosition& b) {
    a.charge();
    return a.at_ == b.at_;
  }

 private:
  void charge() const {
    if (budget_ != nullptr) { budget_->spend(cost_); }
  }

  const char32_t* at_ = nullptr;
  Budget* budget_ = nullptr;
  std::uint64_t cost_ = 1;
};

using Regex = boost::basic_regex<char32_t, CodePointTraits>;

class BoostPattern final : public Pattern {
 public:
  BoostPattern(std::string text, const Regex& regex) : text_(std::move(text)), regex_(regex) {}

  bool found_in(std::string_view text, Budget& budget) const override {
    budget.spend(1 + text.size() / 4);
    const std::u32string points = to_code_points(text);
    // A long pattern may be one long bracket, which is searched member by member at each look.
    const std::uint64_t cost = 1 + text_.size() / 64;
    const MeteredPosition first(points.data(), &budget, cost);
    const MeteredPosition last(points.data() + points.size(), &budget, cost);
    try {
      boost::match_results<MeteredPosition> match;
      return boost::regex_search(first, last, match, regex_, boost::match_default | boost::match_any);
    } catch (const std::runtime_error&) {
      throw LimitReached{
          fmt::format("the pattern {} runs away on a text of {} bytes", excerpt(this->text(), 100), text.size())};
    }
  }

  std::string_view text() const override { return text_; }

 private:
  std::string text_;
  Regex regex_;
};

}  // namespace

void Budget::spend(std::uint64_t steps) {
  if (steps > left_) { throw LimitReached{fmt::format("validation takes more than {} steps", limits::kSchemaSteps)}; }
  left_ -= steps;
}

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view text) {
  if (text.size() > limits::kSchemaPatternBytes) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("the pattern has {} bytes, more than {}", text.size(), limits::kSchemaPatternBytes));
  }
  auto translated = translate_pattern(text);
  if (!translated) {
    return fail(ErrorCode::bad_input,
                fmt::format("the pattern {} is invalid: {}", excerpt(text, 100), translated.error().detail));
  }
  try {
    const Regex regex(translated->data(), translated->data() + translated->size(), boost::regex::perl);
    return std::make_shared<BoostPattern>(std::string(text), regex);
  } catch (const std::exception& error) {
    return fail(ErrorCode::bad_input, fmt::format("the pattern {} is invalid: {}", excerpt(text, 100), error.what()));
  }
}

}  // namespace weir::wire::schema
