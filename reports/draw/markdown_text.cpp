#include "reports/draw/markdown_text.hpp"

#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

constexpr std::string_view kMarks = "\\*_[]~#!$";  // A backslash takes their meaning (CommonMark 2.4).

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
    default:
      return "";
  }
}

}  // namespace

std::string_view mark_of(ExitCode code) {
  if (code == ExitCode::good) { return "\u2705"; }
  return code == ExitCode::inconclusive || code == ExitCode::interrupted ? "\u26a0\ufe0f" : "\u274c";
}

std::string markdown_escaped(std::string_view bytes) {
  const std::string clean = wire::printable(bytes);
  std::string out;
  const auto in_word = [&](std::size_t at) {
    const char c = at < clean.size() ? clean[at] : ' ';
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const bool link = clean.compare(i, 3, "://") == 0;
    const bool inside_word = clean[i] == '_' && i > 0 && in_word(i - 1) && in_word(i + 1);
    const std::string_view reference = reference_to(clean[i], link);
    if (reference.empty() && !inside_word && kMarks.find(clean[i]) != std::string_view::npos) { out += '\\'; }
    if (reference.empty()) { out += clean[i]; }
    out += reference;
  }
  return out;
}

}  // namespace weir::reports
