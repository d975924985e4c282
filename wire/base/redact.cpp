#include "wire/base/redact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kShortSecret = 4;
constexpr std::size_t kFieldNameBytes = 64;
constexpr std::string_view kStars = "***";
constexpr auto npos = std::string_view::npos;

// Header fields, and members of JSON bodies, whose value is a credential whoever sent it.
constexpr std::array<std::string_view, 9> kFields = {"authorization", "cookie",        "x-api-key",
                                                     "x-auth-token",  "x-payment",     "access_token",
                                                     "refresh_token", "client_secret", "id_token"};
constexpr std::array<std::string_view, 10> kParameters = {
    "api_key",       "apikey",        "api-key",  "token",    "access_token",
    "refresh_token", "client_secret", "id_token", "password", "key"};

using Mask = std::vector<bool>;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_base64(char c) { return is_word(c) || c == '+' || c == '-'; }

void cover(Mask& mask, std::size_t from, std::size_t to) {
  std::fill(mask.begin() + static_cast<std::ptrdiff_t>(from), mask.begin() + static_cast<std::ptrdiff_t>(to), true);
}

std::string percent_encoded(std::string_view text, std::string_view space, bool upper) {
  std::string out;
  for (const char c : text) {
    if (is_word(c) || c == '-' || c == '.' || c == '~') {
      out += c;
    } else if (c == ' ') {
      out += space;
    } else {
      out += fmt::format(fmt::runtime(upper ? "%{:02X}" : "%{:02x}"), static_cast<unsigned char>(c));
    }
  }
  return out;
}

enum class Escape { least, slash, ascii };

std::string escaped(char32_t c, Escape how) {
  const auto unit = [](std::uint32_t value) { return fmt::format("\\u{:04x}", value); };
  if (c == U'\t') { return "\\t"; }
  if (c == U'\n') { return "\\n"; }
  if (c == U'\r') { return "\\r"; }
  if (c < 0x20) { return unit(c); }
  std::string out;
  if (c == U'"' || c == U'\\' || (c == U'/' && how == Escape::slash)) { out += '\\'; }
  if (c < 0x80 || how != Escape::ascii) {
    append_code_point(out, c);
    return out;
  }
  return c < 0x10000 ? unit(c) : unit(0xd800 + ((c - 0x10000) >> 10)) + unit(0xdc00 + ((c - 0x10000) & 0x3ff));
}

std::string json_escaped(std::string_view text, Escape how) {
  std::string out;
  while (!text.empty()) {
    const Utf8Step step = decode_utf8(text);
    out += step.valid ? escaped(step.code_point, how) : std::string(text.substr(0, step.length));
    text.remove_prefix(step.length);
  }
  return out;
}

std::string shell_quoted(std::string_view text) {
  std::string out;
  for (const char c : text) { out += c == '\'' ? "'\\''" : std::string_view(&c, 1); }
  return out;
}

/// The characters of the base64 text that hold nothing but bits of `text` when `before` bytes stand in front of it.
std::string base64_core(std::string_view text, std::size_t before, bool url_safe) {
  const std::string_view alphabet = url_safe ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                             : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto bit = [&](std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at / 8]);
    return static_cast<unsigned>(byte >> (7 - at % 8)) & 1U;
  };
  const std::size_t skipped = (6 - before * 8 % 6) % 6;  // Bits of `text` that share a character with what is before.
  std::string out;
  for (std::size_t at = skipped; at + 6 <= text.size() * 8; at += 6) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 6; ++i) { value = (value << 1) | bit(at + i); }
    out += alphabet[value];
  }
  return out;
}

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

void mask_field(std::string_view text, std::string_view folded, std::string_view name, std::size_t found, Mask& mask) {
  const auto skip_blanks = [&](std::size_t at) {
    while (at < text.size() && is_blank(text[at])) { ++at; }
    return at;
  };
  std::size_t at = found + name.size();
  if (found > 0 && is_word(text[found - 1])) { return; }
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
  if (at >= text.size() || text[at] != ':') { return; }
  at = skip_blanks(at + 1);
  if (at < text.size() && text[at] == '"') {
    ++at;
    around = '"';
  }
  const std::size_t end = value_end(text, at, around);
  at = std::min(after_scheme(folded, at), end);
  if (!is_variable(text.substr(at, end - at))) { cover(mask, at, end); }
}

void mask_fields(std::string_view text, std::string_view folded, Mask& mask) {
  for (const std::string_view name : kFields) {
    for (std::size_t at = folded.find(name); at != npos; at = folded.find(name, at + name.size())) {
      if (!mask[at]) { mask_field(text, folded, name, at, mask); }
    }
  }
}

void mask_parameters(std::string_view text, std::string_view folded, Mask& mask) {
  for (std::size_t equals = folded.find('='); equals != npos; equals = folded.find('=', equals + 1)) {
    std::size_t start = equals;
    while (start > 0 && (is_word(folded[start - 1]) || folded[start - 1] == '-')) { --start; }
    const std::string_view name = folded.substr(start, equals - start);
    if (std::find(kParameters.begin(), kParameters.end(), name) == kParameters.end()) { continue; }
    if (start == 0 || std::string_view("?&;").find(text[start - 1]) == npos) { continue; }
    const std::size_t end = std::min(text.find_first_of("&#;\"'<>() \t\r\n\\", equals + 1), text.size());
    cover(mask, equals + 1, end);
  }
}

/// RFC 3986 section 3.2.1: what stands between "://" and '@'.
void mask_userinfo(std::string_view text, Mask& mask) {
  for (std::size_t at = text.find("://"); at != npos; at = text.find("://", at + 3)) {
    const std::size_t from = at + 3;
    const std::string_view authority = text.substr(from, text.find_first_of("/?# \t\r\n\"'<>", from) - from);
    if (const std::size_t sign = authority.rfind('@'); sign != npos) { cover(mask, from, from + sign); }
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
  for (const std::string& whole : secrets) {
    // Of "Bearer abc" only "abc" is a secret: else each cut "Bearer ..." would be taken for its beginning.
    const std::string secret = whole.substr(after_scheme(lower(whole), 0));
    if (secret.empty()) { continue; }
    const bool token = secret.size() < kShortSecret;
    const auto add_text = [&](std::string text) { add({.text = std::move(text), .token = token}); };
    add_text(secret);
    add_text(shell_quoted(secret));
    for (const std::string_view space : {"%20", "+"}) {
      for (const bool upper : {true, false}) { add_text(percent_encoded(secret, space, upper)); }
    }
    for (const Escape how : {Escape::least, Escape::slash, Escape::ascii}) {
      const std::string once = json_escaped(secret, how);
      add_text(json_escaped(once, how));
      add_text(once);
    }
    if (token) { continue; }
    for (std::size_t before = 0; before < 3; ++before) {
      for (const bool url_safe : {true, false}) {
        add({.text = base64_core(secret, before, url_safe), .base64 = true});
      }
    }
  }
}

void Redactor::add(Needle needle) {
  const auto same = [&](const Needle& one) { return one.text == needle.text && one.base64 == needle.base64; };
  if (std::none_of(needles_.begin(), needles_.end(), same)) { needles_.push_back(std::move(needle)); }
}

std::vector<bool> Redactor::mask_secrets(std::string_view text) const {
  Mask mask(text.size());
  for (const Needle& needle : needles_) {
    for (std::size_t at = text.find(needle.text); at != npos; at = text.find(needle.text, at + 1)) {
      std::size_t from = at, to = at + needle.text.size();
      if (needle.base64 && mask[from] && mask[to - 1]) {
        continue;  // Its run is hidden as a whole.
      }
      const bool glued = (from > 0 && is_word(text[from - 1])) || (to < text.size() && is_word(text[to]));
      if (needle.token && glued) { continue; }
      while (needle.base64 && from > 0 && is_base64(text[from - 1])) { --from; }
      while (needle.base64 && to < text.size() && (is_base64(text[to]) || text[to] == '=')) { ++to; }
      cover(mask, from, to);
    }
    if (needle.token) { continue; }
    // An excerpt may have been cut in the middle of a secret.
    for (std::size_t dots = text.find("..."); dots != npos; dots = text.find("...", dots + 3)) {
      for (std::size_t kept = std::min(dots, needle.text.size() - 1); kept >= kShortSecret; --kept) {
        if (text.substr(dots - kept, kept) != std::string_view(needle.text).substr(0, kept)) { continue; }
        cover(mask, dots - kept, dots);
        break;
      }
    }
  }
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
  mask_fields(text, folded, mask);
  return starred(text, mask);
}

}  // namespace weir::wire
