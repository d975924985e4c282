#include "conformance/probe/page.hpp"

#include <algorithm>

#include "wire/base/text.hpp"

namespace weir::conformance {
namespace {

constexpr std::size_t kPageBytes = 16 * 1024;

/// Behind the end of the element that begins here, where nobody reads its content; 0 for any other.
std::size_t end_of_unread(std::string_view rest) {
  for (const std::string_view name : {"script", "style", "!--"}) {
    if (!wire::starts_with_ignoring_case(rest.substr(1), name)) { continue; }
    const std::string_view close = name == "!--" ? "-->" : name == "script" ? "</script>" : "</style>";
    const auto found = std::search(rest.begin(), rest.end(), close.begin(), close.end(), [](char a, char b) {
      return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
    });
    return found == rest.end() ? rest.size() : static_cast<std::size_t>(found - rest.begin()) + close.size();
  }
  return 0;
}

}  // namespace

std::string text_of_page(std::string_view html) {
  html = html.substr(0, kPageBytes);
  std::string text;
  bool blank = false;
  for (std::size_t at = 0; at < html.size();) {
    const char c = html[at];
    if (c == '<') {
      const std::size_t unread = end_of_unread(html.substr(at));
      const std::size_t end = html.find('>', at);
      at = unread > 0 ? at + unread : end == std::string_view::npos ? html.size() : end + 1;
      blank = true;
      continue;
    }
    ++at;
    if (static_cast<unsigned char>(c) <= ' ') {
      blank = true;
      continue;
    }
    if (blank && !text.empty()) { text += ' '; }
    blank = false;
    text += c;
  }
  return text;
}

}  // namespace weir::conformance
