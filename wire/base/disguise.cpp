#include "wire/base/disguise.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

/// What an escape stands for, and how many bytes it takes; a length of 0: none begins here.
struct Escape {
  std::string bytes;
  std::size_t length = 0;
};

struct Named {
  std::string_view name;
  char meaning;
};

// The characters of ASCII that HTML has names for, and the blank that stands for one (WHATWG HTML 13.5).
constexpr std::array<Named, 44> kNamed = {{
    {"amp", '&'},      {"lt", '<'},   {"gt", '>'},     {"quot", '"'},   {"apos", '\''},  {"sol", '/'},
    {"bsol", '\\'},    {"plus", '+'}, {"equals", '='}, {"colon", ':'},  {"semi", ';'},   {"period", '.'},
    {"comma", ','},    {"excl", '!'}, {"num", '#'},    {"dollar", '$'}, {"percnt", '%'}, {"lpar", '('},
    {"rpar", ')'},     {"ast", '*'},  {"midast", '*'}, {"quest", '?'},  {"commat", '@'}, {"lsqb", '['},
    {"lbrack", '['},   {"rsqb", ']'}, {"rbrack", ']'}, {"Hat", '^'},    {"lowbar", '_'}, {"UnderBar", '_'},
    {"grave", '`'},    {"lcub", '{'}, {"lbrace", '{'}, {"rcub", '}'},   {"rbrace", '}'}, {"verbar", '|'},
    {"vert", '|'},     {"AMP", '&'},  {"LT", '<'},     {"GT", '>'},     {"QUOT", '"'},   {"Tab", '\t'},
    {"NewLine", '\n'}, {"nbsp", ' '},
}};
/// Those that are read without a semicolon as well; none begins as another one does.
constexpr std::array<std::string_view, 9> kBare = {"amp", "lt", "gt", "quot", "nbsp", "AMP", "LT", "GT", "QUOT"};
constexpr std::size_t kNameBytes = 8;
constexpr std::size_t kReferenceDigits = 8;

int digit(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  const char folded = lower(c);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : 99;
}

/// The number that exactly `count` digits at the beginning say.
std::optional<char32_t> number(std::string_view text, std::size_t count, int base) {
  if (text.size() < count) { return std::nullopt; }
  char32_t value = 0;
  for (const char c : text.substr(0, count)) {
    if (digit(c) >= base) { return std::nullopt; }
    value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit(c));
  }
  return value;
}

std::string byte(char32_t value) { return std::string(1, static_cast<char>(value)); }

std::string utf8(char32_t value) {
  std::string out;
  append_code_point(out, value > 0x10ffff ? U'\ufffd' : value);
  return out;
}

/// `%u0041` as well: JavaScript's escape() writes it.
Escape percent(std::string_view text) {
  constexpr std::size_t kLength = 6;
  if (text.size() > 1 && lower(text[1]) == 'u') {
    const auto unit = number(text.substr(2), 4, 16);
    return unit ? Escape{utf8(*unit), kLength} : Escape{};
  }
  const auto value = number(text.substr(1), 2, 16);
  return value ? Escape{byte(*value), 3} : Escape{};
}

/// `\u{41}`, as JavaScript, Rust and Swift write it.
Escape braced(std::string_view text) {
  constexpr std::size_t kBegin = 3, kDigits = 6;
  std::size_t end = kBegin;
  while (end < text.size() && end - kBegin < kDigits && digit(text[end]) < 16) { ++end; }
  if (end == kBegin || end == text.size() || text[end] != '}') { return {}; }
  return {utf8(*number(text.substr(kBegin), end - kBegin, 16)), end + 1};
}

Escape unicode(std::string_view text) {
  constexpr std::size_t kLength = 6;
  if (text.substr(2).starts_with('{')) { return braced(text); }
  const auto first = number(text.substr(2), 4, 16);
  if (!first) { return {}; }
  // As printable() writes marks that nobody sees and that need five digits.
  constexpr char32_t kOfFiveDigits = 0x10000;
  if (const auto mark = number(text.substr(2), 5, 16); mark && *mark >= kOfFiveDigits && is_obeyed(*mark)) {
    return {utf8(*mark), kLength + 1};
  }
  if (*first >= 0xd800 && *first < 0xdc00 && text.substr(kLength).starts_with("\\u")) {
    const auto second = number(text.substr(kLength + 2), 4, 16);
    if (second && *second >= 0xdc00 && *second < 0xe000) {
      return {utf8(0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00)), 2 * kLength};
    }
  }
  return {utf8(*first), kLength};
}

Escape backslash(std::string_view text) {
  if (text.size() < 2) { return {}; }
  constexpr std::string_view kLetters = "nrtbf", kMeant = "\n\r\t\b\f";
  const char c = text[1];
  if (c == 'u') { return unicode(text); }
  if (c == 'x') {
    const auto value = number(text.substr(2), 2, 16);
    return value ? Escape{byte(*value), 4} : Escape{};
  }
  if (const auto value = number(text.substr(1), 3, 8); value && *value < 0x100) { return {byte(*value), 4}; }
  if (const std::size_t at = kLetters.find(c); at != kLetters.npos) { return {std::string(1, kMeant[at]), 2}; }
  const bool mark = (c > ' ' && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 0x7f);
  return mark ? Escape{std::string(1, c), 2} : Escape{};
}

Escape numeric_reference(std::string_view text) {
  const bool hex = text.size() > 2 && lower(text[2]) == 'x';
  const std::size_t begin = hex ? 3 : 2;
  std::size_t end = begin;
  while (end < text.size() && end - begin < kReferenceDigits && digit(text[end]) < (hex ? 16 : 10)) { ++end; }
  if (end == begin) { return {}; }
  const char32_t value = *number(text.substr(begin), end - begin, hex ? 16 : 10);
  return {utf8(value), end + (end < text.size() && text[end] == ';' ? 1 : 0)};
}

Escape reference(std::string_view text) {
  if (text.starts_with("&#")) { return numeric_reference(text); }
  const auto meaning = [](std::string_view name) {
    return std::find_if(kNamed.begin(), kNamed.end(), [&](const Named& one) { return one.name == name; });
  };
  const std::size_t end = text.substr(0, kNameBytes + 2).find(';');
  if (end != text.npos) {
    const auto* known = meaning(text.substr(1, end - 1));
    if (known != kNamed.end()) { return {std::string(1, known->meaning), end + 1}; }
  }
  const auto* bare =
      std::find_if(kBare.begin(), kBare.end(), [&](std::string_view name) { return text.substr(1).starts_with(name); });
  return bare == kBare.end() ? Escape{} : Escape{std::string(1, meaning(*bare)->meaning), bare->size() + 1};
}

Escape escape_at(std::string_view text) {
  switch (text.front()) {
    case '%':
      return percent(text);
    case '\\':
      return backslash(text);
    case '&':
      return reference(text);
    case '~':
      if (text.starts_with("~1")) { return {"/", 2}; }
      return text.starts_with("~0") ? Escape{"~", 2} : Escape{};
    case '\'':
      return text.starts_with("'\\''") ? Escape{"'", 4} : Escape{};
    default:
      return {};
  }
}

}  // namespace

Reading plain_reading(std::string_view text) {
  Reading reading{std::string(text), std::vector<std::uint32_t>(text.size()), std::vector<std::uint32_t>(text.size())};
  std::iota(reading.from.begin(), reading.from.end(), 0U);
  std::iota(reading.to.begin(), reading.to.end(), 1U);
  return reading;
}

namespace {

std::string_view marks_of(Escapes which) {
  switch (which) {
    case Escapes::backslashes:
      return "\\";
    case Escapes::all_but_backslashes:
      return "%&~'";
    case Escapes::all:
      break;
  }
  return "%\\&~'";
}

}  // namespace

Reading undone(const Reading& reading, bool& changed, Escapes which) {
  Reading out;
  changed = false;
  const std::string_view text = reading.bytes;
  const auto keep = [&](std::size_t begin, std::size_t end) {
    const auto from = static_cast<std::ptrdiff_t>(begin), to = static_cast<std::ptrdiff_t>(end);
    out.bytes.append(text.substr(begin, end - begin));
    out.from.insert(out.from.end(), reading.from.begin() + from, reading.from.begin() + to);
    out.to.insert(out.to.end(), reading.to.begin() + from, reading.to.begin() + to);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find_first_of(marks_of(which), at), text.size());
    keep(at, begin);
    at = begin;
    if (at == text.size()) { break; }
    const Escape escape = escape_at(text.substr(at));
    if (escape.length == 0) {
      keep(at, at + 1);
      ++at;
      continue;
    }
    changed = true;
    out.bytes += escape.bytes;
    out.from.insert(out.from.end(), escape.bytes.size(), reading.from[at]);
    out.to.insert(out.to.end(), escape.bytes.size(), reading.to[at + escape.length - 1]);
    at += escape.length;
  }
  return out;
}

}  // namespace weir::wire
