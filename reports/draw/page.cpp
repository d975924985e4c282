#include "reports/draw/page.hpp"

#include <fmt/format.h>

#include "reports/draw/assets.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {

std::string html_escaped(std::string_view bytes) {
  std::string out;
  for (const char c : wire::printable(bytes)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_link(std::string_view url) {
  const std::string text = html_escaped(url);
  return url.starts_with("https://") ? fmt::format("<a href=\"{0}\" rel=\"noreferrer\">{0}</a>", text) : text;
}

std::string json_in_script(std::string_view json) {
  std::string out;
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view class_of(ExitCode code) {
  if (code == ExitCode::good) { return "good"; }
  return code == ExitCode::inconclusive || code == ExitCode::interrupted ? "warn" : "bad";
}

std::string html_page(std::string_view title, std::string_view body, const std::vector<std::string_view>& styles,
                      const std::vector<std::string_view>& scripts, Requests requests) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:;{} base-uri 'none'; form-action 'none'\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{}</style>\n",
      requests == Requests::own_server ? " connect-src 'self';" : "", html_escaped(title), page_css());
  for (const std::string_view style : styles) { out += fmt::format("<style>\n{}\n</style>\n", style); }
  out += fmt::format("</head>\n<body>\n{}", body);
  out += fmt::format("<script>\n{}</script>\n", page_js());
  for (const std::string_view script : scripts) { out += fmt::format("<script>\n{}\n</script>\n", script); }
  return out + "</body>\n</html>\n";
}

}  // namespace weir::reports
