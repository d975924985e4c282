#include "conformance/tap/bare_line.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::conformance {

namespace {

constexpr std::string_view kLineEnds = "\r\n";

std::string_view line_at(std::string_view body, std::size_t offset) {
  return body.substr(offset, std::min(body.find_first_of(kLineEnds, offset), body.size()) - offset);
}

/// Empty where a blank line stands there, or nothing.
std::string_view line_before(std::string_view body, std::size_t offset) {
  body = body.substr(0, offset);
  if (body.ends_with('\n')) { body.remove_suffix(1); }
  if (body.ends_with('\r')) { body.remove_suffix(1); }
  const auto end_before = body.find_last_of(kLineEnds);
  return end_before == std::string_view::npos ? body : body.substr(end_before + 1);
}

bool looks_like_text(std::string_view line) {
  constexpr std::string_view kOpensText = " \t\"'{}[]<";
  return !line.empty() &&
         (line.find(':') == std::string_view::npos || kOpensText.find(line.front()) != std::string_view::npos);
}

}  // namespace

std::optional<std::string> bare_line(const wire::Exchange& stream) {
  const std::string_view body = stream.body;
  for (const auto& item : stream.items) {
    const auto* oddity = std::get_if<wire::SseOddity>(&item);
    if (!oddity || oddity->kind != wire::SseOddityKind::unknown_field || oddity->offset >= body.size()) { continue; }
    const auto offset = static_cast<std::size_t>(oddity->offset);
    if (looks_like_text(line_at(body, offset)) && line_before(body, offset).starts_with("data:")) {
      return fmt::format("'{}' at byte {}, right behind a line of data", oddity->excerpt, oddity->offset);
    }
  }
  return std::nullopt;
}

}  // namespace weir::conformance
