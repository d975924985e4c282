#include "reports/draw/markdown_text.hpp"

#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

constexpr std::string_view kMarks = "\\*_[]~#!$";  // A backslash takes their meaning (CommonMark 2.4).

// What a forge makes of "@name", "#123", "!123", "&123", "$123" and "GH-123" is made of the text after all escapes are
// undone. A space without width between the sign and the rest is what keeps it from that.
constexpr std::string_view kBreak = "&#8203;";

/// Not one table with XML's (junit_document.cpp): three rows are the same, and each has four that the other must not
/// have. What a backslash would not disarm: a mention, code or a cell's end in a table, a link that makes itself.
std::string_view reference_to(char c, bool link) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '@':
      return "&#64;";
    case '`':
      return "&#96;";
    case '|':
      return "&#124;";
    case ':':
      return link ? "&#58;" : "";
    case '.':
      return link ? "&#46;" : "";
    default:
      return "";
  }
}

/// Whether the sign at `at` and what follows it name somebody or something.
bool mentions(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) { return false; }
  if (text[at] == '@') { return wire::is_word(text[at + 1]); }
  const bool sign = std::string_view("#!&$").find(text[at]) != std::string_view::npos;
  const bool issue = text[at] == '-' && at >= 2 && wire::same_ignoring_case(text.substr(at - 2, 2), "gh");
  return (sign || issue) && wire::is_digit(text[at + 1]);
}

}  // namespace

std::string_view mark_of(ExitCode code) {
  if (code == ExitCode::good) { return "\u2705"; }
  return code == ExitCode::inconclusive || code == ExitCode::interrupted ? "\u26a0\ufe0f" : "\u274c";
}

std::string markdown_escaped(std::string_view bytes) {
  const std::string clean = wire::printable(bytes);
  std::string out;
  const auto in_word = [&](std::size_t at) { return at < clean.size() && wire::is_word(clean[at]); };
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const bool link =
        clean.compare(i, 3, "://") == 0 || (clean[i] == '.' && i >= 3 && clean.compare(i - 3, 3, "www") == 0);
    const bool inside_word = clean[i] == '_' && i > 0 && in_word(i - 1) && in_word(i + 1);
    const std::string_view reference = reference_to(clean[i], link);
    if (reference.empty() && !inside_word && kMarks.find(clean[i]) != std::string_view::npos) { out += '\\'; }
    if (reference.empty()) { out += clean[i]; }
    out += reference;
    if (mentions(clean, i)) { out += kBreak; }
  }
  return out;
}

}  // namespace weir::reports
