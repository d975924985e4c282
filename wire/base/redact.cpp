#include "wire/base/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "wire/base/base64.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/mask.hpp"
#include "wire/base/text.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kFieldNameBytes = 64;
constexpr std::string_view kStars = "***";
constexpr std::size_t kNone = std::string_view::npos;

// Header fields, and members of JSON bodies, whose value is a credential whoever sent it.
constexpr std::array<std::string_view, 9> kFields = {"authorization", "cookie",        "x-api-key",
                                                     "x-auth-token",  "x-payment",     "access_token",
                                                     "refresh_token", "client_secret", "id_token"};
/// Where the value that begins at `from` ends: at its closing quote, at the quote around the whole header, or with the
/// line.
std::size_t value_end(std::string_view text, std::size_t from, char around) {
  std::size_t end = from;
  for (; end < text.size() && text[end] != '\n' && text[end] != '\r'; ++end) {
    if (text[end] == '\\' && end + 1 < text.size() && around == '"') {
      ++end;
    } else if (around != '\0' && text[end] == around) {
      if (text.substr(end, 4) != "'\\''") { break; }
      end += 3;
    }
  }
  return std::min(end, text.size());
}

/// "Bearer ", "Basic ": the scheme tells a reader something and is no secret.
std::size_t after_scheme(std::string_view folded, std::size_t from) {
  for (const std::string_view scheme : {"bearer ", "basic ", "digest ", "dpop "}) {
    if (folded.substr(from, scheme.size()) == scheme) { return from + scheme.size(); }
  }
  return from;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// "$WEIR_BEARER": what our own curl lines say in place of a credential.
bool is_variable(std::string_view value) {
  constexpr std::string_view kPrefix = "$WEIR_";
  return value.starts_with(kPrefix) &&
         value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", kPrefix.size()) == std::string_view::npos;
}

/// What we make up ourselves to be refused, and say in full.
bool is_made_up(std::string_view value) {
  return value.starts_with("weir-") &&
         std::all_of(value.begin(), value.end(), [](char c) { return is_word(c) || c == '-'; });
}

/// The value behind the field name at `found`, as the bounds of `text`; nullopt where none is.
std::optional<std::pair<std::size_t, std::size_t>> value_of_field(std::string_view text, std::string_view folded,
                                                                  std::string_view name, std::size_t found) {
  const auto skip_blanks = [&](std::size_t at) {
    while (at < text.size() && is_blank(text[at])) { ++at; }
    return at;
  };
  std::size_t at = found + name.size();
  if (found > 0 && is_word(text[found - 1])) { return std::nullopt; }
  std::size_t start = found;  // Of the whole field name: "Proxy-Authorization", "Set-Cookie".
  while (start > 0 && found - start < kFieldNameBytes && (is_word(text[start - 1]) || text[start - 1] == '-')) {
    --start;
  }
  const char before = start > 0 ? text[start - 1] : '\0';
  char around = (before == '\'' || before == '"') ? before : '\0';
  if (around == '"' && at < text.size() && text[at] == '"') {
    ++at;  // JSON: "authorization": "..."
  } else if (at + 1 < text.size() && text.substr(at, 2) == "\\\"") {
    at += 2;
  }
  at = skip_blanks(at);
  if (at >= text.size() || text[at] != ':') { return std::nullopt; }
  at = skip_blanks(at + 1);
  if (at < text.size() && text[at] == '"') {
    ++at;
    around = '"';
  }
  const std::size_t end = value_end(text, at, around);
  return std::pair(std::min(after_scheme(folded, at), end), end);
}

/// `text` is what stands at `offset` of the masked one.
void mask_fields(std::string_view text, std::string_view folded, std::size_t offset, Mask& mask) {
  for (const std::string_view name : kFields) {
    for (std::size_t at = folded.find(name); at != kNone; at = folded.find(name, at + name.size())) {
      if (mask[offset + at]) { continue; }
      const auto value = value_of_field(text, folded, name, at);
      if (!value) { continue; }
      const auto [from, to] = *value;
      const std::string_view said = text.substr(from, to - from);
      if (!is_variable(said) && !is_made_up(said)) { cover(mask, offset + from, offset + to); }
    }
  }
}

/// A stretch of a command: either the quotes and blanks that give it its shape, or what stands between them.
struct ShellPart {
  std::size_t from = 0, length = 0;
  bool is_syntax = false;
};

/// `'\''` is a quote within a single-quoted word; elsewhere a backslash keeps the next character. In `"$(printf
/// '...')"` the inner quotes count as well.
std::vector<ShellPart> shell_parts(std::string_view text) {
  std::vector<ShellPart> parts;
  std::size_t from = 0;
  bool within_single = false, within_double = false;
  const auto syntax_at = [&](std::size_t at) {
    if (at > from) { parts.push_back({from, at - from, false}); }
    parts.push_back({at, 1, true});
    from = at + 1;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (within_single && text.substr(at, 4) == "'\\''") {
      at += 3;
    } else if (c == '\'') {
      syntax_at(at);
      within_single = !within_single;
    } else if (within_single) {
      continue;
    } else if (c == '\\') {
      ++at;
    } else if (c == '"') {
      syntax_at(at);
      within_double = !within_double;
    } else if (!within_double && (is_blank(c) || c == '\n')) {
      syntax_at(at);
    }
  }
  if (from < text.size()) { parts.push_back({from, text.size() - from, false}); }
  return parts;
}

void mask_parameters(std::string_view text, std::string_view folded, Mask& mask) {
  for (std::size_t equals = folded.find('='); equals != kNone; equals = folded.find('=', equals + 1)) {
    std::size_t start = equals;
    while (start > 0 && (is_word(folded[start - 1]) || folded[start - 1] == '-')) { --start; }
    const std::string_view name = folded.substr(start, equals - start);
    if (!is_credential_parameter(name)) { continue; }
    if (start == 0 || std::string_view("?&;").find(text[start - 1]) == kNone) { continue; }
    const std::size_t end = std::min(text.find_first_of("&#;\"'<>() \t\r\n\\", equals + 1), text.size());
    cover(mask, equals + 1, end);
  }
}

/// RFC 3986 section 3.2.1: what stands between "://" and '@'.
void mask_userinfo(std::string_view text, Mask& mask) {
  for (std::size_t at = text.find("://"); at != kNone; at = text.find("://", at + 3)) {
    const std::size_t from = at + 3;
    const std::string_view authority = text.substr(from, text.find_first_of("/?# \t\r\n\"'<>", from) - from);
    if (const std::size_t sign = authority.rfind('@'); sign != kNone) { cover(mask, from, from + sign); }
  }
}

std::string starred(std::string_view text, const Mask& mask) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!mask[i]) {
      out += text[i];
    } else if (i == 0 || !mask[i - 1]) {
      out += kStars;
    }
  }
  return out;
}

}  // namespace

Redactor::Redactor(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) { add(secret); }
}

void Redactor::add(std::string_view secret) {
  // Of "Bearer abc" only "abc" is a secret: else each cut "Bearer ..." would be taken for its beginning.
  const std::string_view value = secret.substr(after_scheme(lower(secret), 0));
  search_.add(value);
  if (!starts_with_ignoring_case(secret, "basic ")) { return; }
  const std::string said = decode_base64(value).value_or("");
  const std::size_t colon = said.find(':');
  if (colon == kNone) { return; }
  search_.add(said);
  search_.add(std::string_view(said).substr(colon + 1));
}

Redactor::Mask Redactor::mask_secrets(std::string_view text) const {
  Mask mask(text.size());
  search_.mark(text, mask);
  return mask;
}

std::string Redactor::text(std::string_view text) const {
  Mask mask = mask_secrets(text);
  mask_parameters(text, lower(text), mask);
  mask_userinfo(text, mask);
  return starred(text, mask);
}

std::string Redactor::line(std::string_view text) const {
  Mask mask = mask_secrets(text);
  const std::string folded = lower(text);
  mask_parameters(text, folded, mask);
  mask_userinfo(text, mask);
  mask_fields(text, folded, 0, mask);
  return starred(text, mask);
}

std::string Redactor::command(std::string_view text) const {
  Mask mask = mask_secrets(text);
  const std::string folded = lower(text);
  mask_parameters(text, folded, mask);
  mask_userinfo(text, mask);
  for (const ShellPart& part : shell_parts(text)) {
    if (part.is_syntax) {
      std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(part.from), part.length, false);
    } else {
      mask_fields(text.substr(part.from, part.length), std::string_view(folded).substr(part.from, part.length),
                  part.from, mask);
    }
  }
  return starred(text, mask);
}

}  // namespace weir::wire
