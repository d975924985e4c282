#include "wire/base/text.hpp"
#include "wire/serve/server.hpp"

namespace weir::wire {

namespace {

/// With the line end taken off, which may be a bare LF (RFC 9112 section 2.2).
std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  if (line.ends_with('\r')) { line.remove_suffix(1); }
  return line;
}

}  // namespace

std::optional<Asked> read_asked(std::string_view bytes) {
  if (bytes.find("\r\n\r\n") == std::string_view::npos && bytes.find("\n\n") == std::string_view::npos) {
    return std::nullopt;
  }
  Asked asked;
  const std::string_view line = take_line(bytes);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) { return asked; }
  asked.method = line.substr(0, space);
  std::string_view target = line.substr(space + 1);
  const std::size_t end = target.find(' ');
  asked.version = end == std::string_view::npos || target.substr(end + 1) == "HTTP/1.0" ? 10 : 11;
  target = target.substr(0, end);
  const std::size_t mark = target.find('?');
  asked.path = target.substr(0, mark);
  if (mark != std::string_view::npos) { asked.query = target.substr(mark + 1); }
  for (std::string_view field = take_line(bytes); !field.empty(); field = take_line(bytes)) {
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) { continue; }
    asked.fields.add(std::string(field.substr(0, colon)), std::string(trimmed(field.substr(colon + 1))));
  }
  return asked;
}

}  // namespace weir::wire
