#include "reports/draw/wrap.hpp"

#include <algorithm>

namespace weir::reports {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

/// Where the first `width` characters end.
std::size_t end_of(std::string_view text, std::size_t width) {
  std::size_t at = 0, seen = 0;
  while (at < text.size() && (seen < width || !begins_character(text[at]))) {
    seen += begins_character(text[at]);
    ++at;
    while (at < text.size() && !begins_character(text[at])) { ++at; }
  }
  return at;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string clipped(std::string_view text, std::size_t width) {
  constexpr std::string_view kCut = "...";
  if (columns_of(text) <= width) { return std::string(text); }
  const std::size_t kept = width < kCut.size() ? 0 : width - kCut.size();
  return std::string(text.substr(0, end_of(text, kept))).append(kCut);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t lines) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = end_of(text, width);
    if (end == text.size() || out.size() + 1 == lines) {
      out.push_back(clipped(text, width));
      break;
    }
    const std::size_t blank = text.substr(0, end + 1).rfind(' ');
    const bool breaks = blank != std::string_view::npos && blank > 0;
    out.emplace_back(text.substr(0, breaks ? blank : end));
    text.remove_prefix(breaks ? blank + 1 : end);
  }
  return out;
}

}  // namespace weir::reports
