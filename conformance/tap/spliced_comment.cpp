#include "conformance/tap/spliced_comment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "wire/json/json.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kCommentBytes = 100;  // Heartbeats are short: "keepalive", a time, a counter.
constexpr std::size_t kQuoted = 30;

/// The line at `at`, and where the next one begins.
std::string_view line_at(std::string_view body, std::size_t at, std::size_t& next) {
  const std::size_t end = std::min(body.find_first_of("\r\n", at), body.size());
  next = std::min(end + (body.substr(end, 2) == "\r\n" ? 2 : 1), body.size());
  return body.substr(at, end - at);
}

std::string_view value_of(std::string_view line) {
  line.remove_prefix(std::string_view("data:").size());
  if (line.starts_with(' ')) { line.remove_prefix(1); }
  return line;
}

/// Without one of its ends that begin with a colon, and with what follows it, the text is JSON: that end is the
/// comment.
std::optional<std::string> comment_in(std::string_view cut, std::string_view rest) {
  const std::size_t first = cut.size() - std::min(cut.size(), kCommentBytes);
  for (auto at = cut.rfind(':'); at != cut.npos && at >= first; at = at == 0 ? cut.npos : cut.rfind(':', at - 1)) {
    const std::string_view before = cut.substr(0, at);
    if (!wire::parse_json(std::string(before).append(rest))) { continue; }
    return fmt::format("a comment was put into the line of a message: '{}' + '{}' + '{}'",
                       before.substr(before.size() - std::min(before.size(), kQuoted)), cut.substr(at),
                       rest.substr(0, kQuoted));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> spliced_comment(const Seen& seen) {
  if (!seen.http.is_event_stream() || seen.body_cut) { return std::nullopt; }
  const std::string_view body = seen.http.body;
  for (std::size_t at = 0; at < body.size();) {
    std::size_t next = 0;
    const std::string_view line = line_at(body, at, next);
    at = next;
    if (!line.starts_with("data:") || line.find("\"jsonrpc\"") == line.npos || wire::parse_json(value_of(line))) {
      continue;
    }
    // Behind a comment there may be the blank line that ends an event.
    std::string_view rest;
    while (rest.empty() && next < body.size()) { rest = line_at(body, next, next); }
    if (auto comment = comment_in(value_of(line), rest)) { return comment; }
  }
  return std::nullopt;
}

}  // namespace weir::conformance
