#include <fmt/format.h>

#include <map>

#include "wire/base/unicode_category.hpp"
#include "wire/schema/pattern.hpp"

namespace weir::wire::schema {
namespace {

struct SyntaxError {
  std::string detail;
};

constexpr char32_t kLastCodePoint = 0x10FFFF;

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int hex_value(char32_t c) {
  if (is_digit(c)) { return static_cast<int>(c - '0'); }
  if (c >= 'a' && c <= 'f') { return static_cast<int>(c - 'a' + 10); }
  if (c >= 'A' && c <= 'F') { return static_cast<int>(c - 'A' + 10); }
  return -1;
}

std::u32string widen(std::string_view ascii) { return {ascii.begin(), ascii.end()}; }

std::string narrow(std::u32string_view text) {
  std::string ascii;
  for (const char32_t c : text) { ascii.push_back(c < 0x80 ? static_cast<char>(c) : '?'); }
  return ascii;
}

/// One pass over the pattern. Whatever Boost.Regex would read as Perl and ECMA-262 does not know is an error here.
class Translator {
 public:
  explicit Translator(std::u32string text) : in_(std::move(text)) { count_groups(); }

  std::u32string run() {
    while (more()) { term(); }
    if (!open_.empty()) { throw SyntaxError{"a group is not closed"}; }
    return std::move(out_);
  }

 private:
  bool more() const { return at_ < in_.size(); }
  char32_t peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : U'\0'; }
  bool looking_at(std::u32string_view text) const { return std::u32string_view(in_).substr(at_).starts_with(text); }

  bool accept(std::u32string_view text) {
    if (!looking_at(text)) { return false; }
    at_ += text.size();
    return true;
  }

  void literal(char32_t c) {
    if (c < 0x80 && !is_digit(c) && !is_letter(c) && c > ' ') { out_.push_back(U'\\'); }
    out_.push_back(c);
  }

  void character_class(std::uint64_t mask) { out_ += widen(fmt::format("[[:m{:x}:]]", mask)); }

  // Names of groups may be used before they are defined, so they are numbered first.
  void count_groups() {
    bool in_class = false;
    for (std::size_t i = 0; i < in_.size(); ++i) {
      if (in_[i] == U'\\') {
        ++i;
      } else if (in_class) {
        in_class = in_[i] != U']';
      } else if (in_[i] == U'[') {
        in_class = true;
      } else if (in_[i] == U'(') {
        const auto rest = std::u32string_view(in_).substr(i + 1);
        if (!rest.starts_with(U"?")) {
          ++groups_;
        } else if (rest.starts_with(U"?<") && !rest.starts_with(U"?<=") && !rest.starts_with(U"?<!")) {
          const auto name = rest.substr(2, rest.find(U'>') - 2);
          if (!names_.emplace(std::u32string(name), ++groups_).second) {
            throw SyntaxError{"a group name is used twice"};
          }
        }
      }
    }
  }

  void term() {
    const char32_t c = in_[at_++];
    switch (c) {
      case U'^':
        out_ += U"\\A";
        return;
      case U'$':
        out_ += U"\\z";
        return;
      case U'|':
        out_ += U"|";
        return;
      case U'(':
        open_group();
        return;
      case U')':
        if (open_.empty()) { throw SyntaxError{"a ) closes nothing"}; }
        out_ += U")";
        if (open_.back()) { quantifier(); }
        open_.pop_back();
        return;
      case U'*':
      case U'+':
      case U'?':
        throw SyntaxError{"a quantifier has nothing to repeat"};
      case U'.':
        character_class(kNotLineEndClass);
        break;
      case U'[':
        bracket();
        break;
      case U'\\':
        if (!escape()) { return; }
        break;
      default:
        literal(c);
    }
    quantifier();
  }

  void open_group() {
    bool repeatable = true;
    if (accept(U"?:") || accept(U"?=") || accept(U"?!") || accept(U"?<=") || accept(U"?<!")) {
      const char32_t kind = in_[at_ - 1];
      repeatable = kind == U':';
      out_ += in_[at_ - 2] == U'<' ? U"(?<" : U"(?";
      out_.push_back(kind);
    } else if (accept(U"?<")) {
      const auto end = in_.find(U'>', at_);
      if (end == std::u32string::npos || end == at_) { throw SyntaxError{"a group name is not closed"}; }
      at_ = end + 1;
      out_ += U"(";
    } else if (peek() == U'?') {
      throw SyntaxError{"(? is followed by what ECMAScript does not know"};
    } else {
      out_ += U"(";
    }
    open_.push_back(repeatable);
  }

  void quantifier() {
    const char32_t c = peek();
    if (c == U'*' || c == U'+' || c == U'?') {
      out_.push_back(c);
      ++at_;
    } else if (const std::size_t length = counted(); length != 0) {
      out_.append(in_, at_, length);
      at_ += length;
    } else {
      return;
    }
    if (accept(U"?")) { out_ += U"?"; }
    const char32_t next = peek();
    if (next == U'*' || next == U'+' || next == U'?' || counted() != 0) {
      throw SyntaxError{"a quantifier has nothing to repeat"};
    }
  }

  // The length of "{n}", "{n,}" or "{n,m}" here; 0 where the brace stands for itself.
  std::size_t counted() const {
    if (peek() != U'{') { return 0; }
    std::size_t i = 1;
    const auto number = [&] {
      const std::size_t start = i;
      while (is_digit(peek(i))) { ++i; }
      if (i - start > 6) { throw SyntaxError{"a repeat count has more than 6 digits"}; }
      return i > start;
    };
    if (!number()) { return 0; }
    if (peek(i) == U',') {
      ++i;
      number();
    }
    return peek(i) == U'}' ? i + 1 : 0;
  }

  // After a backslash, outside of brackets; false for an assertion, which cannot be repeated.
  bool escape() {
    const char32_t c = peek();
    if (c == U'b' || c == U'B') {
      ++at_;
      out_ += c == U'b' ? U"\\b" : U"\\B";
      return false;
    }
    if (c >= U'1' && c <= U'9') {
      std::size_t number = 0;
      while (is_digit(peek()) && number <= groups_) { number = number * 10 + (in_[at_++] - U'0'); }
      back_reference(number);
    } else if (c == U'k' && peek(1) == U'<') {
      const auto end = in_.find(U'>', at_);
      const auto name = names_.find(in_.substr(at_ + 2, end - at_ - 2));
      if (end == std::u32string::npos || name == names_.end()) { throw SyntaxError{"\\k names no group"}; }
      at_ = end + 1;
      back_reference(name->second);
    } else if (const auto mask = class_escape(); mask != 0) {
      character_class(mask);
    } else {
      literal(character_escape());
    }
    return true;
  }

  void back_reference(std::size_t number) {
    if (number > groups_) { throw SyntaxError{"a back reference names no group"}; }
    out_ += widen(fmt::format("\\g{{{}}}", number));
  }

  // \d \D \s \S \w \W \p{...} \P{...}: the mask, or 0 where the escape is a single character.
  std::uint64_t class_escape() {
    const char32_t c = peek();
    std::uint64_t mask = 0;
    if (c == U'd') { mask = kDigitClass; }
    if (c == U'D') { mask = kNotDigitClass; }
    if (c == U's') { mask = kSpaceClass; }
    if (c == U'S') { mask = kNotSpaceClass; }
    if (c == U'w') { mask = kWordClass; }
    if (c == U'W') { mask = kNotWordClass; }
    if (c == U'p' || c == U'P') { return property_escape(); }
    if (mask != 0) { ++at_; }
    return mask;
  }

  std::uint64_t property_escape() {
    const bool negated = in_[at_++] == U'P';
    const auto end = in_.find(U'}', at_);
    if (peek() != U'{' || end == std::u32string::npos) { throw SyntaxError{"\\p is not followed by {...}"}; }
    std::string name = narrow(std::u32string_view(in_).substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    for (const std::string_view prefix : {"General_Category=", "gc="}) {
      if (name.starts_with(prefix)) { name.erase(0, prefix.size()); }
    }
    const auto mask = category_mask(name);
    if (!mask) { throw SyntaxError{fmt::format("\\p{{{}}} is no general category", name)}; }
    // An empty class still needs a name; a bit that no category has stands for it.
    if (negated) { return *mask == kAnyCategory ? kAnyCategory + 1 : kAnyCategory & ~*mask; }
    return *mask;
  }

  char32_t character_escape() {
    if (!more()) { throw SyntaxError{"a backslash ends the pattern"}; }
    const char32_t c = in_[at_++];
    switch (c) {
      case U't':
        return U'\t';
      case U'n':
        return U'\n';
      case U'v':
        return U'\v';
      case U'f':
        return U'\f';
      case U'r':
        return U'\r';
      case U'0':
        if (is_digit(peek())) { throw SyntaxError{"octal escapes are not allowed"}; }
        return U'\0';
      case U'c':
        if (!is_letter(peek())) { throw SyntaxError{"\\c is not followed by a letter"}; }
        return in_[at_++] & 0x1F;
      case U'x':
        return hex_digits(2);
      case U'u':
        return unicode_escape();
      default:
        if (is_letter(c) || is_digit(c)) {
          throw SyntaxError{fmt::format("\\{} is no escape of ECMAScript", static_cast<char>(c))};
        }
        return c;
    }
  }

  char32_t hex_digits(std::size_t count) {
    char32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const int digit = hex_value(peek());
      if (digit < 0) { throw SyntaxError{"an escape has too few hexadecimal digits"}; }
      value = value * 16 + static_cast<char32_t>(digit);
      ++at_;
    }
    return value;
  }

  char32_t unicode_escape() {
    if (accept(U"{")) {
      char32_t value = 0;
      if (peek() == U'}') { throw SyntaxError{"\\u{} is empty"}; }
      while (!accept(U"}")) {
        value = value * 16 + hex_digits(1);
        if (value > kLastCodePoint) { throw SyntaxError{"\\u{...} is beyond U+10FFFF"}; }
      }
      return value;
    }
    const char32_t high = hex_digits(4);
    if (high < 0xD800 || high > 0xDBFF || !looking_at(U"\\u")) { return high; }
    const std::size_t mark = at_;
    at_ += 2;
    const char32_t low = hex_digits(4);
    if (low >= 0xDC00 && low <= 0xDFFF) { return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00); }
    at_ = mark;
    return high;
  }

  void bracket() {
    const bool negated = accept(U"^");
    if (accept(U"]")) {
      // `[]` matches nothing and `[^]` anything; Boost.Regex reads the bracket as a member.
      character_class(negated ? kAnyCategory : kAnyCategory + 1);
      return;
    }
    out_ += negated ? U"[^" : U"[";
    while (!accept(U"]")) {
      if (!more()) { throw SyntaxError{"a [ is not closed"}; }
      class_member();
    }
    out_ += U"]";
  }

  void class_member() {
    const auto first = class_atom();
    if (peek() != U'-' || peek(1) == U']' || at_ + 1 >= in_.size()) {
      if (first) { literal(*first); }
      return;
    }
    ++at_;
    const auto last = class_atom();
    if (!first || !last) { throw SyntaxError{"a range ends in a character class"}; }
    if (*last < *first) { throw SyntaxError{"a range is out of order"}; }
    literal(*first);
    out_ += U"-";
    literal(*last);
  }

  // One character, or nothing where a class escape was written out.
  std::optional<char32_t> class_atom() {
    if (!more()) { throw SyntaxError{"a [ is not closed"}; }
    if (peek() != U'\\') { return in_[at_++]; }
    ++at_;
    if (accept(U"b")) { return U'\b'; }
    if (const auto mask = class_escape(); mask != 0) {
      out_ += widen(fmt::format("[:m{:x}:]", mask));
      return std::nullopt;
    }
    return character_escape();
  }

  std::u32string in_;
  std::size_t at_ = 0;
  std::u32string out_;
  std::vector<bool> open_;  ///< Of each open group: whether it may be repeated.
  std::size_t groups_ = 0;
  std::map<std::u32string, std::size_t, std::less<>> names_;
};

}  // namespace

std::u32string to_code_points(std::string_view utf8) {
  std::u32string points;
  points.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      point = (point << 6) | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    }
    points.push_back(point);
    i += length;
  }
  return points;
}

Result<std::u32string> translate_pattern(std::string_view ecmascript) {
  try {
    return Translator(to_code_points(ecmascript)).run();
  } catch (const SyntaxError& error) { return fail(ErrorCode::bad_input, error.detail); }
}

}  // namespace weir::wire::schema
